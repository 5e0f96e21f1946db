"""What the reference agents earn on the same cases, and when an agent can be held against them.

The blind and the oracle agent write for the built-in reward terms. Under terms that they do not
know they are no lower and no upper reference, and a share or a gain would be a number without a
meaning: it is not defined then, and the report says why.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from persona_env.agent import ReferenceAgent, Tell, tell_nobody
from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.conversation import converse, last_rewards
from persona_env.evaluation.scores import Answer, Rewards, rewards_of
from persona_env.metrics.statistics import Mean, bootstrap
from persona_env.registration import make_agent
from persona_env.rewards.declaration import source_of
from persona_env.rewards.facts import Term
from persona_env.scenarios.case import Case
from persona_env.users.profile import UserProfile

RESAMPLES = 1000


def reference_rewards(
    env: PersonaEnv,
    cases: list[Case],
    crossing: PersonaEnv,
    turns: int = 1,
    seed: int = 0,
    *,
    tell: Tell = tell_nobody,
) -> tuple[Rewards, Rewards]:
    """What the blind and the oracle agent earn: two of ``float64 of shape (N,)``, for N cases.

    The blind agent chooses its replies by what all users give to them in ``crossing``. With several
    turns, with the last replies of conversations
    (:func:`~persona_env.evaluation.conversation.converse`).

    Not known (NaN) in a register in which the environment writes no reference replies: what they
    earn there says nothing.

    Raises :class:`PersonaEnvError` for an environment without an oracle.
    """
    if _other_register(env):
        tell(2, 2)
        return np.full(len(cases), math.nan), np.full(len(cases), math.nan)
    try:
        blind = _earned(make_agent("blind", crossing), env, cases, turns, seed)
        tell(1, 2)
        oracle = _earned(make_agent("oracle", env), env, cases, turns, seed)
        tell(2, 2)
    except NotImplementedError as error:
        raise PersonaEnvError(
            f"{type(env).__name__} has no oracle to evaluate against: write its method oracle(); "
            "a public suite has none, use Suite.judge"
        ) from error
    return blind, oracle


def _earned(
    agent: ReferenceAgent, env: PersonaEnv, cases: list[Case], turns: int, seed: int
) -> Rewards:
    if turns > 1:
        return last_rewards(converse(agent, env, cases, turns, seed))
    return rewards_of(env, [*map(Answer, cases, agent.answer(cases))])


def why_undefined(
    env: PersonaEnv, users: Sequence[UserProfile], own: Rewards, blind: Rewards, oracle: Rewards
) -> dict[str, str]:
    """Why ``normalised`` and ``gain`` of a report are not defined, by name; empty if both are."""
    reason = _other_register(env) or _unknown_terms(env, users)
    reason = reason or _better("agent's", own, oracle)
    reason = reason or _better("user-blind", blind, oracle)
    if reason:
        return {"normalised": reason, "gain": reason}
    found = {}
    if not oracle.mean() > 0:
        found["normalised"] = "the oracle's replies earn nothing"
    if not oracle.mean() > blind.mean():
        found["gain"] = (
            "the user-blind replies earn as much as the oracle's: no two users who ask the same "
            "prompt want different replies"
        )
    return found


def gain(own: Rewards, blind: Rewards, oracle: Rewards, seed: int) -> Mean:
    """The gain of an agent, with its bootstrap error over cases (:data:`RESAMPLES`)."""

    def ratio(picked: npt.NDArray[np.int64]) -> float:
        low, high = blind[picked].mean(), oracle[picked].mean()
        return float((own[picked].mean() - low) / (high - low)) if high > low else math.nan

    draws = bootstrap(ratio, len(own), seed, RESAMPLES)
    return Mean.resampled(ratio(np.arange(len(own))), draws, len(own))


def _other_register(env: PersonaEnv) -> str:
    if env.register in type(env).oracle_registers:
        return ""
    written = " and ".join(type(env).oracle_registers)
    return f"the reference replies are written in the {written} register only"


def _unknown_terms(env: PersonaEnv, users: Sequence[UserProfile]) -> str:
    unknown = [term.name for term in env.terms if not _is_known(term, env) and _counts(term, users)]
    named = ", ".join(unknown)
    return f"the reference replies do not know the reward terms {named}" if unknown else ""


def _is_known(term: Term, env: PersonaEnv) -> bool:
    """Whether the oracle writes for this term: a built-in one, or of the oracle's own package."""
    home = type(env).oracle.__module__.partition(".")[0]
    return term.builtin or source_of(term.function)[0].partition(".")[0] == home


def _counts(term: Term, users: Sequence[UserProfile]) -> bool:
    return term.gate or any(term.weight_for(user) > 0 for user in users)


def _better(whose: str, rewards: Rewards, oracle: Rewards) -> str:
    """A sentence if these rewards are above the oracle's by more than one standard error."""
    difference = Mean.of(rewards - oracle)
    if difference.mean <= 0 or difference.mean <= difference.se:
        return ""
    return (
        f"the {whose} replies earn more than the oracle's, {rewards.mean():.3f} against "
        f"{oracle.mean():.3f}"
    )
