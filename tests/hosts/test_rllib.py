"""RLlib trains on tokens: by id in remote workers, and with masks."""

from __future__ import annotations

import math
import os

import pytest
import ray
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.connectors.env_to_module import FlattenObservations
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.examples.rl_modules.classes.action_masking_rlm import ActionMaskingTorchRLModule
from ray.tune.registry import register_env

from persona_env.adapters.rllib import masked_env
from tests.hosts.pages import run_blocks

SMALL = {"max_new_tokens": 4, "context_length": 96}


@pytest.fixture(scope="module", autouse=True)
def cluster():
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - its name; else a busy machine starves them
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False,
             object_store_memory=200 * 2**20)  # fmt: skip
    yield
    ray.shutdown()


def trained(env, **runners):
    """What one iteration of PPO tells, with one remote runner."""
    config = (
        PPOConfig()
        .environment(env, env_config=SMALL)
        .env_runners(num_env_runners=1, num_envs_per_env_runner=1, **runners)
        .training(train_batch_size_per_learner=64, minibatch_size=32, num_epochs=1)
    )
    if "env_to_module_connector" not in runners:
        model = DefaultModelConfig(fcnet_hiddens=[16])
        spec = RLModuleSpec(module_class=ActionMaskingTorchRLModule, model_config=model)
        config = config.rl_module(rl_module_spec=spec)
    algorithm = config.build_algo()
    try:
        return algorithm.train()
    finally:
        algorithm.stop()


def check(result):
    told = result["env_runners"]
    assert told["num_env_steps_sampled"] >= 64
    assert told["num_episodes"] > 0
    assert 0 <= told["episode_return_mean"] <= 1
    assert 1 <= told["episode_len_mean"] <= 4
    assert math.isfinite(result["learners"]["default_policy"]["total_loss"])


def test_an_id_trains_in_a_remote_worker():
    flat = lambda env=None, spaces=None, device=None: FlattenObservations()  # noqa: E731
    check(trained("persona_env:PersonaChatTokens-v0", env_to_module_connector=flat))


def test_masks_train():
    register_env("masked-tokens", masked_env)
    check(trained("masked-tokens"))


def test_the_blocks_of_the_page_run():
    """With small batches and replies: the run of the page would take minutes."""
    few = "train_batch_size_per_learner=64, minibatch_size=32, num_epochs=1"
    small = f"PPOConfig()\n    .training({few})"
    made = run_blocks(
        "frameworks", "PPOConfig()",
        {"PPOConfig()": small, '"max_new_tokens": 48': '"max_new_tokens": 4'},
    )  # fmt: skip
    assert 0 <= made["result"]["env_runners"]["episode_return_mean"] <= 1
    algorithm = made["config"].build_algo()  # with masks
    try:
        check(algorithm.train())
    finally:
        algorithm.stop()
