"""What replies earn, with batched reward terms called once a batch."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from persona_env.agent import BATCH
from persona_env.env import PersonaEnv
from persona_env.scenarios.case import Case

Rewards = npt.NDArray[np.float64]


def rewards_of(env: PersonaEnv, replies: Sequence[str], cases: Sequence[Case]) -> Rewards:
    """What each reply earns from the user of its case: ``float64 of shape (N,)``, for N cases.

    Batched and ``async`` terms are called once for every :data:`~persona_env.agent.BATCH` replies.
    """
    if not deferred_terms(env):
        pairs = zip(replies, cases, strict=True)
        return np.array([env.score(reply, *case).reward for reply, case in pairs])
    found = []
    for start in range(0, len(cases), BATCH):
        part = slice(start, start + BATCH)
        found += [verdict.reward for verdict in env.score_all(replies[part], cases[part])]
    return np.array(found)


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
