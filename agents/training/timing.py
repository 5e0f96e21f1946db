"""How fast this machine is at what a run is about to do, measured on a little of it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from persona_env.evaluation.evaluate import evaluate, persona_env_of
from persona_env.evaluation.scores import deferred_terms
from persona_env.judges import Judge

from ..language_model import LanguageModelAgent
from ..ppo.ppo import LanguageModelPPO
from ..sizes import LARGE
from .options import TrainOptions
from .run_envs import TextEnv
from .showcase import SEED

TRIED = 32  # environments that are timed, of those that will run
EPISODES = 2  # replies a user that are judged to time it


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds to judge one reply by all users, and to train on one token."""

    reply: float
    token: float


def pace_of(
    options: TrainOptions,
    env: TextEnv,
    model: Any,
    codec: Any,
    build: Callable[[TrainOptions], LanguageModelPPO],
) -> Pace | None:
    """The pace of a run: the fastest of some small rollouts with an update, and of some judgements.

    No generator of random numbers is left otherwise than it was found. ``None`` where rewards ask
    a language model: its answers cost money and its budget, and are not spent on an estimate; and
    for a large policy, which takes minutes for what would be timed.
    """
    base = persona_env_of(env)
    readers = () if base.readers is None else base.readers.readers
    if model.num_parameters() > LARGE:
        return None
    if deferred_terms(base) or any(isinstance(reader, Judge) for reader in readers):
        return None
    with _dice_as_they_are():
        return Pace(_judging(options, env, model, codec), _training(options, build))


def _judging(options: TrainOptions, env: TextEnv, model: Any, codec: Any) -> float:
    base = persona_env_of(env)
    agent = LanguageModelAgent(model, codec, options.lengths_in(base)[0])
    episodes = EPISODES * len(base.users)

    def judged(turn: int) -> int:
        found = evaluate(agent, env, episodes, SEED + 1 + turn, turns=options.max_turns)
        return found.reward.n

    return _fastest(judged, 3)


def _training(options: TrainOptions, build: Callable[[TrainOptions], LanguageModelPPO]) -> float:
    """On as many environments as make whole groups; the more, the more a token costs less."""
    groups = max(1, min(options.envs, TRIED) // options.together)
    some = replace(options, envs=groups * options.together, compiled=False)
    ppo = build(some)

    def learnt(turn: int) -> int:
        before = ppo.num_timesteps
        ppo.learn(ppo.n_steps * some.envs, reset_num_timesteps=False)
        return ppo.num_timesteps - before

    return _fastest(learnt, 2)


def _fastest(work: Callable[[int], int], times: int) -> float:
    """Seconds for a piece of some work that says how many pieces it did: the first times read
    files and fill caches, and other processes may be in the way of any."""
    paces = []
    for turn in range(times):
        began = time.perf_counter()
        pieces = work(turn)
        paces.append((time.perf_counter() - began) / pieces)
    return min(paces)


@contextmanager
def _dice_as_they_are() -> Iterator[None]:
    """Building and training draw from the generators of Python, numpy and torch."""
    plain, numbers = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        try:
            yield
        finally:
            random.setstate(plain)
            np.random.set_state(numbers)
