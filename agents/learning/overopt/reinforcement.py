"""Reinforcement learning as the optimiser of a proxy, measured by the gold reward on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

from persona_env.metrics.statistics import Mean
from persona_env.preferences.annotators import SimulatedAnnotator
from persona_env.preferences.comparison import Candidates
from persona_env.reporting.progress import Stage

from ...language_model import LanguageModelAgent
from ...ppo.ppo import make_ppo
from ...training.options import TrainOptions
from ...training.token_envs import token_envs
from ..reward_model import Said
from .curves import Point, Values, judged
from .distance import written
from .options import OveroptOptions
from .proxies import Judged, Proxy, scores_of

REPLIES = 4  # to each prompt, at each point


class PaidByProxy(VecEnvWrapper):
    """Token environments in which a reply is paid by a proxy; one that is cut stays unpaid."""

    def __init__(self, venv: VecEnv, proxy: Proxy) -> None:
        super().__init__(venv)
        self.proxy = proxy

    def reset(self) -> VecEnvObs:
        """Begin."""
        return self.venv.reset()

    def step_wait(self) -> VecEnvStepReturn:
        """The step of the environments, with the rewards of the proxy."""
        seen, rewards, dones, infos = self.venv.step_wait()
        ended = [int(row) for row in np.flatnonzero(dones) if not infos[row]["cut"]]
        if ended:
            said = [Judged(_said(infos[row]["messages"]), float(rewards[row])) for row in ended]
            rewards[ended] = self.proxy(said)
        return seen, rewards, dones, infos


def _said(messages: Sequence[Any]) -> Said:
    """The last reply of a conversation."""
    place = max(i for i, one in enumerate(messages) if one["role"] == "assistant")
    return Said(tuple(messages[:place]), messages[place]["content"])


@dataclass(frozen=True)
class Way:
    """What is measured of a policy that learns: points, and at each of them the gold rewards by
    prompt and a reply to each prompt."""

    points: list[Point]
    golds: list[Values]
    replies: list[list[str]]


class Measured(BaseCallback):
    """Measures the policy before it learns, and after every so many tokens."""

    def __init__(self, every: int, look: Callable[[Any, int], None], stage: Stage) -> None:
        super().__init__()
        self.every, self.look, self.stage = every, look, stage
        self.due = 0

    def _on_step(self) -> bool:
        self.stage.move(self.num_timesteps)
        return True

    def _on_rollout_start(self) -> None:
        """Between two updates; the first time before any."""
        self._at()

    def _on_training_end(self) -> None:
        self.due = min(self.due, self.num_timesteps)
        self._at()

    def _at(self) -> None:
        if self.num_timesteps >= self.due:
            self.look(self.model.policy, self.num_timesteps)
            self.due += self.every
            self.stage.mark(self.num_timesteps)


@dataclass
class Look:
    """Samples a reply to each prompt, and notes what the two rewards and a second reader say."""

    asked: Sequence[Candidates]
    proxy: Proxy
    annotator: SimulatedAnnotator
    reader: Proxy | None
    initial: LanguageModelAgent
    seed: int

    def __post_init__(self) -> None:
        self.way = Way([], [], [])

    def __call__(self, policy: Any, tokens: int) -> None:
        """Measure ``policy`` after so many tokens."""
        drawn = torch.Generator().manual_seed(self.seed)  # the same luck at each point
        start = self.initial
        asked = [one for one in self.asked for _ in range(REPLIES)]
        found = written(
            policy.model, start.model, start.codec, [one.messages for one in asked],
            max_new_tokens=start.max_new_tokens, temperature=start.temperature, generator=drawn,
        )  # fmt: skip
        parts = [found.replies[i : i + REPLIES] for i in range(0, len(asked), REPLIES)]
        each = zip(self.asked, parts, strict=True)
        samples = judged([o.model_copy(update={"replies": (*r,)}) for o, r in each], self.annotator)
        rewards = [self.proxy, *([] if self.reader is None else [self.reader])]
        proxy, *second = [Mean.of(scores_of(samples, one).mean(1)) for one in rewards]
        golds = samples.gold.mean(1)
        point = Point(tokens, found.kl, proxy, Mean.of(golds), second[0] if second else None)
        self.way.points.append(point)
        self.way.golds.append(golds)
        self.way.replies.append([part[0] for part in parts])


def learn(options: OveroptOptions, look: Look, stage: Stage, kl: float) -> Way:
    """Train the policy of ``options`` by PPO on the proxy of ``look``; what was measured.

    ``kl`` is the weight of the penalty. No reply is refused for being unlikely, as it is in
    ``persona-env train``: that is a guard, and here it would hide what a proxy does.
    """
    ours = TrainOptions(
        env=options.env, profiles=options.profiles, scenarios=options.scenarios,
        terms=options.terms, gates=options.gates, policy=options.policy, register=options.register,
        reader=options.reader, seed=look.seed, steps=options.steps,
        max_new_tokens=look.initial.max_new_tokens, tracker=("none",), output=options.output,
    )  # fmt: skip
    start = look.initial
    tokens = token_envs(ours, start.codec, start.model.config.vocab_size)
    envs = PaidByProxy(tokens, look.proxy)
    rate: dict[str, Any] = {} if options.lr is None else {"learning_rate": options.lr}
    ppo = make_ppo(
        envs, options.policy, kl_coef=kl, temperature=options.temperature, seed=look.seed, **rate
    )
    ppo.set_logger(Logger(None, []))
    every = max(1, options.steps // (options.points - 1))
    ppo.learn(options.steps, Measured(every, look, stage))
    return look.way
