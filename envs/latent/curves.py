"""The cold start: what an agent reaches that may hear so much of the user, and no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from persona_env.agent import Agent, ReferenceAgent
from persona_env.evaluation.conversation import converse, last_rewards
from persona_env.evaluation.evaluate import draw_cases
from persona_env.metrics.statistics import Mean

from .env import PersonaLatentEnv

TURNS = (0, 1, 2, 4, 8)


class Start(NamedTuple):
    """After at most ``turns`` turns of the user: the reward of the answer, and the return."""

    turns: int
    reward: Mean
    returns: Mean


def cold_start(
    make_agent: Callable[[PersonaLatentEnv], Agent | ReferenceAgent],
    turns: Sequence[int] = TURNS,
    episodes: int = 60,
    seed: int = 0,
    **options: Any,
) -> list[Start]:
    """What the answer earns after each of these numbers of questions, on the same cases.

    The agent is made for each anew, since the user says how many questions they answer; then they
    read one answer. ``options`` are those of the environment.
    """
    found = []
    for most in turns:
        env = PersonaLatentEnv(**{"patience": 1, **options}, questions=most, max_turns=most + 1)
        cases = draw_cases(env, episodes, seed)
        talks = converse(make_agent(env), env, cases, most + 1, seed)
        returns = Mean.of([sum(talk.rewards) for talk in talks])
        found.append(Start(most, Mean.of(last_rewards(talks)), returns))
    return found
