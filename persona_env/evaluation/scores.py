"""What replies earn, with batched reward terms called once a batch."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.agent import BATCH
from persona_env.env import PersonaEnv
from persona_env.metrics.statistics import Reading
from persona_env.rewards import Verdict, judge_all
from persona_env.rewards.exchange import Turn, see_reply
from persona_env.scenarios.case import Case

Rewards = npt.NDArray[np.float64]


class Answer(NamedTuple):
    """A reply that is judged, and what was said before it (see :class:`Exchange`)."""

    case: Case
    reply: str
    transcript: tuple[Turn, ...] = ()


def rewards_of(env: PersonaEnv, answers: Sequence[Answer]) -> Rewards:
    """What each of N answers earns from the user of its case: ``float64 of shape (N,)``."""
    return np.array([verdict.reward for verdict in verdicts_of(env, answers)])


def verdicts_of(env: PersonaEnv, answers: Sequence[Answer]) -> list[Verdict]:
    """The verdict on each answer, of the user of its case.

    Batched and ``async`` terms, and readers of that kind, are called once for every
    :data:`~persona_env.agent.BATCH` answers.
    """
    is_own = type(env).score is not PersonaEnv.score  # whoever has another one is asked by it
    reads_many = env.readers is not None and env.readers.batches
    if is_own or not (deferred_terms(env) or reads_many):
        return [_verdict(env, answer) for answer in answers]
    found = []
    for start in range(0, len(answers), BATCH):
        some = [env.exchange_of(*answer) for answer in answers[start : start + BATCH]]
        found += judge_all(some, env.terms)
    return found


def _verdict(env: PersonaEnv, answer: Answer) -> Verdict:
    if answer.transcript:
        return env.score(answer.reply, *answer.case, transcript=answer.transcript)
    return env.score(answer.reply, *answer.case)


def reading_of(env: PersonaEnv, answer: Answer) -> Reading:
    """What the environment's own measures read of an answer: of what its user sees, unless they
    read thoughts as well."""
    is_raw = env.reads_thoughts
    seen = answer.reply if is_raw else see_reply(answer.case.scenario, answer.reply).text
    return Reading(answer.case, env.read(answer.case, seen), seen)


def deferred_terms(env: PersonaEnv) -> tuple[str, ...]:
    """The names of the terms that are called once for many replies: batched and ``async`` ones."""
    return tuple(term.name for term in env.terms if term.is_deferred)


def without_deferred(env: PersonaEnv) -> PersonaEnv:
    """The same environment, for scoring only, without these terms; itself if it has none."""
    if not deferred_terms(env):
        return env
    other = copy.copy(env)
    other.terms = tuple(term for term in env.terms if not term.is_deferred)
    return other
