"""TorchRL rolls out text and tokens."""

from __future__ import annotations

import gymnasium as gym
import numpy as np
import pytest
import torch
from torchrl.envs import GymEnv, GymWrapper, check_env_specs

import persona_env  # noqa: F401
from persona_env.adapters.torchrl import register
from tests.hosts.pages import run_blocks

SMALL = {"max_new_tokens": 4, "context_length": 96}
REPLY = "Yes, certainly."


@pytest.fixture(autouse=True)
def registered():
    register()


def says(reply):
    return lambda td: td.set("action", reply)  # it is called so for a parameter of this name


@pytest.mark.parametrize("make", [
    lambda: GymWrapper(gym.make("PersonaChat-v0", max_turns=2)),
    lambda: GymEnv("persona_env:PersonaChat-v0", max_turns=2),
])  # fmt: skip
def test_text_rolls_out(make):
    env = make()
    rollout = env.rollout(2, policy=says(REPLY))
    assert rollout[0]["next", "transcript"].endswith(f"assistant: {REPLY}")
    rewards = rollout["next", "reward"]
    assert rewards.shape == (len(rollout), 1)
    assert torch.isfinite(rewards).all()
    assert rollout["next", "done"][-1]


def test_a_step_pays_what_the_environment_pays():
    env, plain = GymWrapper(gym.make("PersonaChat-v0")), gym.make("PersonaChat-v0")
    seen = env.reset(seed=7)
    observation, _ = plain.reset(seed=7)
    assert seen["prompt"] == observation["prompt"]
    assert seen["user"] == observation["user"]
    assert np.array_equal(seen["user_vector"].numpy(), observation["user_vector"])
    after = env.step(seen.set("action", REPLY))["next"]
    _, reward, terminated, _, _ = plain.step(REPLY)
    assert after["reward"].item() == pytest.approx(reward)
    assert after["terminated"].item() is terminated is True


def test_text_specs():
    check_env_specs(GymWrapper(gym.make("PersonaChat-v0", max_turns=2)))


@pytest.mark.parametrize("options", [{}, {"categorical_action_encoding": True}])
def test_token_specs(options):
    env = GymEnv("persona_env:PersonaChatTokens-v0", **SMALL, **options)
    check_env_specs(env)
    rollout = env.rollout(12)
    assert rollout["tokens"].shape[-1] == 96
    assert rollout["next", "done"].any()


def test_the_block_of_the_page_runs(capsys):
    run_blocks("frameworks", "GymEnv(", {})
    shapes = capsys.readouterr().out.splitlines()[-2:]
    assert shapes[0].startswith("torch.Size([8, ")
    assert shapes[1] in ("torch.Size([1, 1])", "torch.Size([2, 1])")
