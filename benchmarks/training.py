"""How fast a language model samples and trains here, against plain ways, in one run.

``python benchmarks/training.py`` makes models of 0.2 and 1 million parameters (24 prompt and 24
reply tokens, 64 environments, one thread) and prints median, minimum and maximum of several
repetitions as Markdown. Ratios within one run hold better than the figures.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from _tables import show
from stable_baselines3 import PPO
from stable_baselines3.common.policies import ActorCriticPolicy
from stable_baselines3.common.vec_env import VecEnv
from stepping import Way, rate
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

from persona_env.agents.inference.choices import BITS, draw
from persona_env.agents.language_model import generate, load_policy, save_tokenizer
from persona_env.agents.ppo.ppo import make_ppo

PROMPT, REPLY, ENVS = 24, 24, 64
SIZES = {"0.2 M": {"width": 64, "layers": 2}, "1 M": {"width": 128, "layers": 4}}


class Letters(VecEnv):
    """64 prompts of 24 ids, replies of 24: the reward is the share of even ids in a reply.

    All rows are written at once, so that what is measured is the policy and the algorithm.
    """

    render_mode = None

    def __init__(self, size: int) -> None:
        length = PROMPT + REPLY
        seen = {
            "tokens": gym.spaces.Box(0, size - 1, (length,), np.int64),
            "attention_mask": gym.spaces.Box(0, 1, (length,), np.int8),
        }
        self.rng, self.size = np.random.default_rng(0), size
        super().__init__(ENVS, gym.spaces.Dict(seen), gym.spaces.Discrete(size))  # type: ignore[arg-type]

    def reset(self) -> Any:
        """New prompts, of ids that are no special ones but the last."""
        self.tokens = np.zeros((ENVS, PROMPT + REPLY), np.int64)
        self.tokens[:, :PROMPT] = self.rng.integers(10, self.size, (ENVS, PROMPT))
        self.tokens[:, PROMPT - 1] = 4
        self.end = PROMPT
        return self._observe()

    def step_async(self, actions: Any) -> None:
        """Note the next tokens."""
        self.actions = actions

    def step_wait(self) -> Any:
        """Append them; the last ones end the episodes."""
        self.tokens[:, self.end] = self.actions
        self.end += 1
        if self.end < PROMPT + REPLY:
            rewards, over = np.zeros(ENVS, np.float32), np.zeros(ENVS, bool)
            return self._observe(), rewards, over, [{} for _ in range(ENVS)]
        rewards = (self.tokens[:, PROMPT:] % 2 == 0).mean(1).astype(np.float32)
        last = self._observe()
        infos = [{"terminal_observation": {k: v[i] for k, v in last.items()}} for i in range(ENVS)]
        return self.reset(), rewards, np.ones(ENVS, bool), infos

    def _observe(self) -> dict[str, Any]:
        mask = np.zeros(self.tokens.shape, np.int8)
        mask[:, : self.end] = 1
        return {"tokens": self.tokens.copy(), "attention_mask": mask}

    def close(self) -> None:
        """Nothing to close."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The attribute, for each row."""
        return [getattr(self, attr_name)] * ENVS

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Rows are no objects."""
        raise AttributeError(attr_name)

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> Any:
        """Rows are no objects."""
        raise AttributeError(method_name)

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """No row is wrapped."""
        return [False] * ENVS


class PlainPolicy(ActorCriticPolicy):
    """A language model as a user would first write it: each observation is encoded anew."""

    def __init__(self, *args: Any, folder: str, **options: Any) -> None:
        self.folder = folder
        super().__init__(*args, **options)

    def _build(self, lr_schedule: Any) -> None:
        self.model = load_policy(self.folder)[0]
        self.value_head = nn.Linear(self.model.config.hidden_size, 1)
        self.optimizer = torch.optim.AdamW(self.parameters(), lr=lr_schedule(1))

    def _read(self, obs: Any) -> tuple[Any, Any]:
        mask = obs["attention_mask"]
        out = self.model.base_model(input_ids=obs["tokens"].long(), attention_mask=mask.long())
        last = out.last_hidden_state[torch.arange(len(mask)), mask.sum(1).long() - 1]
        logits = self.model.get_output_embeddings()(last)
        return torch.distributions.Categorical(logits=logits), self.value_head(last.detach())

    def forward(self, obs: Any, deterministic: bool = False) -> Any:
        """Actions, values and log-probabilities."""
        found, values = self._read(obs)
        actions = found.sample()
        return actions, values, found.log_prob(actions)

    def evaluate_actions(self, obs: Any, actions: Any) -> Any:
        """Values, log-probabilities and entropies."""
        found, values = self._read(obs)
        return values, found.log_prob(actions.flatten()), found.entropy()

    def predict_values(self, obs: Any) -> Any:
        """Values alone."""
        return self._read(obs)[1]


def make_model(folder: Path, width: int, layers: int) -> str:
    """A fresh Llama-like model with the bundled tokenizer's 2 048 ids, saved to ``folder``."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=load_policy("persona-tiny")[0].config.vocab_size,
        hidden_size=width,
        intermediate_size=width * 11 // 4,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=None,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    save_tokenizer("persona-tiny", folder)
    return str(folder)


def samplers(folder: str, batch: int) -> dict[str, Callable[[], int]]:
    """Ways to sample 24 tokens after each of ``batch`` prompts; each returns how many it made."""
    model, codec = load_policy(folder)
    prompts = np.random.default_rng(0).integers(10, model.config.vocab_size, (batch, PROMPT))
    ids = torch.from_numpy(prompts)
    # No end token: every way makes the same number of tokens.
    endless = type(codec)(codec.tokenizer)  # type: ignore[call-arg, attr-defined]
    endless.end_id = -1

    @torch.inference_mode()
    def again() -> int:
        rows = ids
        for _ in range(REPLY):
            logits = model(rows, use_cache=False, logits_to_keep=1).logits[:, -1]
            rows = torch.cat([rows, draw(logits * BITS)[:, None]], 1)
        return batch * REPLY

    @torch.inference_mode()
    def theirs() -> int:
        model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=REPLY, min_new_tokens=REPLY,
            do_sample=True, top_k=0, pad_token_id=0,
        )  # fmt: skip
        return batch * REPLY

    def ours() -> int:
        made = generate(model, endless, prompts.tolist(), max_new_tokens=REPLY, temperature=1.0)
        return sum(map(len, made))

    return {"re-encoding": again, "transformers generate": theirs, "agents.lm.generate": ours}


def ppo(folder: str, *, plain: bool, epochs: int, precision: str = "auto") -> PPO:
    """PPO on 64 environments: stable-baselines3's plain way, or ours."""
    size = load_policy(folder)[0].config.vocab_size
    envs = Letters(size)
    options: dict[str, Any] = {"n_steps": 2 * REPLY, "n_epochs": epochs, "seed": 0, "device": "cpu"}
    if plain:
        options |= {"batch_size": 512, "policy_kwargs": {"folder": folder}}
        return PPO(PlainPolicy, envs, **options)
    return make_ppo(envs, folder, kl_coef=0.0, precision=precision, **options)


def rollout(model: PPO) -> Callable[[], int]:
    """One rollout without an update, as ``learn`` makes it."""
    _, callback = model._setup_learn(10**9, callback=None)

    def run() -> int:
        model.policy.set_training_mode(True)  # as after an update: the caches are stale
        model.collect_rollouts(model.env, callback, model.rollout_buffer, model.n_steps)  # type: ignore[arg-type]
        return ENVS * model.n_steps

    return run


def learning(model: PPO) -> Callable[[], int]:
    """One rollout and its update, as ``learn`` makes them."""

    def run() -> int:
        model.learn(ENVS * model.n_steps, reset_num_timesteps=False)
        return ENVS * model.n_steps

    return run


def measure(ways: dict[str, Way], repeats: int, seconds: float) -> dict[str, list[float]]:
    """Rates of every way: ``repeats`` times in turns, after one to warm up."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(repeats + 1):
        for name, way in ways.items():
            made = rate(way, seconds)
            if turn:
                found[name].append(made)
    return found


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each, at least")
    parser.add_argument("--quick", action="store_true", help="once, the small model alone")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    repeats, seconds = (1, 0.02) if options.quick else (options.repeats, options.seconds)
    for name, shape in list(SIZES.items())[: 1 if options.quick else None]:
        with tempfile.TemporaryDirectory() as temporary:
            folder = make_model(Path(temporary), **shape)
            for batch in (16, ENVS):
                found = measure(samplers(folder, batch), repeats, seconds)
                show(f"Sampling, {name}, batch {batch}", found, "tokens/s", "transformers generate")
            rollouts = {
                "plain policy": rollout(ppo(folder, plain=True, epochs=1)),
                "cached policy": rollout(ppo(folder, plain=False, epochs=1)),
                "agents.lm.generate": samplers(folder, ENVS)["agents.lm.generate"],
            }
            show(
                f"Rollout, {name}",
                measure(rollouts, repeats, seconds),
                "tokens/s",
                "agents.lm.generate",
            )
            trained = {
                "plain PPO": learning(ppo(folder, plain=True, epochs=2)),
                "ours, float32": learning(ppo(folder, plain=False, epochs=2, precision="float32")),
                "ours": learning(ppo(folder, plain=False, epochs=2)),
            }
            show(
                f"PPO, two epochs, {name}",
                measure(trained, repeats, seconds),
                "tokens/s",
                "plain PPO",
            )


if __name__ == "__main__":
    main()
