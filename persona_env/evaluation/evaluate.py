"""The judgement of an agent, apart from its training signal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import gymnasium as gym
import numpy as np

from persona_env.agent import Agent, ReferenceAgent, ask, checked_replies
from persona_env.arguments import flag
from persona_env.detectors import word_count
from persona_env.env import PersonaEnv
from persona_env.evaluation.references import gain, reference_rewards, why_undefined
from persona_env.evaluation.report import Report
from persona_env.evaluation.scores import Rewards, deferred_terms, rewards_of, without_deferred
from persona_env.metrics.statistics import Mean, Reading, measure
from persona_env.scenarios.case import Case
from persona_env.users.profile import Protected, UserProfile


def evaluate(
    agent: Agent | ReferenceAgent,
    env: gym.Env[Any, Any],
    episodes: int | None = None,
    seed: int = 0,
    cross_batched: bool = False,
) -> Report:
    """Let an agent answer, and let every user judge every reply.

    Parameters
    ----------
    agent:
        A callable from observations to replies, or a :class:`ReferenceAgent`.
    env:
        A :class:`PersonaEnv`, wrapped or not; observations are those of its text environment.
    episodes:
        How many cases, drawn with ``seed`` evenly over users: all if there are fewer. ``None``: see
        :func:`draw_cases`.
    seed:
        Of the drawing and of the bootstrap.
    cross_batched:
        Whether batched and ``async`` reward terms, which may ask a model for each score, judge each
        reply for every user. Without, they judge it for its own user alone; the cross-user matrix,
        the identity gap and the choice of the user-blind replies are then of the other terms, and
        the report names those that are left out.

    Only first replies are judged. The gain is measured against the environment's own blind and
    oracle agents on the same cases, with a bootstrap error over cases.

    Raises :class:`AgentError` if the agent does not give a text for each observation. An exception
    of the agent itself is passed on: a part of the cases is never reported as the whole.
    """
    base = persona_env_of(env)
    cases = draw_cases(base, episodes, seed)
    crossing = base if flag("cross_batched", cross_batched) else without_deferred(base)
    return _report(base, crossing, cases, replies_of(agent, env, cases), seed)


def draw_cases(env: PersonaEnv, episodes: int | None, seed: int) -> list[Case]:
    """``episodes`` cases, evenly over users and without repetition; fewer if there are no more.

    ``None``: every written case, and of each generator
    :data:`persona_env.scenarios.pools.SHOWN`.
    """
    if episodes is not None and episodes < 1:
        raise ValueError(f"episodes must be at least 1, not {episodes}")
    rng = np.random.default_rng(seed)
    drawn = []
    for user, pool in env.cases.values():
        most = len(pool.shown) if episodes is None else episodes
        drawn.append([Case(scenario, user) for scenario in pool.shuffled(rng, most)])
    cases = [case for each in zip_longest(*drawn) for case in each if case is not None]
    return cases[:episodes]


def replies_of(
    agent: Agent | ReferenceAgent, env: gym.Env[Any, Any], cases: list[Case]
) -> list[str]:
    """The agent's replies to these cases, seen in ``env``; a reference agent is told them."""
    if isinstance(agent, ReferenceAgent):
        return checked_replies(agent.answer(cases), len(cases))
    return ask(agent, first_observations(env, cases))


def first_observations(env: gym.Env[Any, Any], cases: Sequence[Case]) -> list[dict[str, Any]]:
    """What an agent sees of these cases in ``env``."""
    return [persona_env_of(env).observe(*case) for case in cases]


def persona_env_of(env: gym.Env[Any, Any]) -> PersonaEnv:
    """The :class:`PersonaEnv` inside ``env``; raises TypeError if there is none."""
    base = env.unwrapped
    if not isinstance(base, PersonaEnv):
        raise TypeError(f"evaluate needs a PersonaEnv, not {type(base).__name__}")
    return base


def _report(
    env: PersonaEnv, crossing: PersonaEnv, cases: list[Case], replies: list[str], seed: int
) -> Report:
    users = list({case.user.id: case.user for case in cases}.values())
    places = {user.id: i for i, user in enumerate(users)}
    crossed = _crossed(crossing, cases, replies, users, crossing is env)
    rows = np.array([places[case.user.id] for case in cases])
    diagonal = crossed[np.arange(len(cases)), rows]
    own = diagonal if crossing is env else rewards_of(env, replies, cases)
    blind, oracle = reference_rewards(env, cases, crossing)
    undefined = why_undefined(env, users, own, blind, oracle)
    readings = [Reading(c, env.read(c, r)) for c, r in zip(cases, replies, strict=True)]
    per_user = {u.id: Mean.of(own[rows == i]) for i, u in enumerate(users)}
    return Report(
        reward=Mean.of(own),
        blind=Mean.of(blind),
        oracle=Mean.of(oracle),
        gain=(
            Mean(math.nan, math.nan, len(own))
            if "gain" in undefined
            else gain(own, blind, oracle, seed)
        ),
        per_category=_by_category(cases, own),
        per_user=per_user,
        worst_user=min(per_user, key=lambda name: per_user[name].mean),
        users=tuple(u.id for u in users),
        matrix=tuple(tuple(crossed[rows == i].mean(0).tolist()) for i in range(len(users))),
        own_best=tuple(_is_own_best(crossed[rows == i], i) for i in range(len(users))),
        identity_gap=_identity_gap(crossing, cases, replies, diagonal),
        words=Mean.of([float(word_count(reply)) for reply in replies]),
        measures=_measures(env, readings, seed),
        measures_per_user={
            u.id: _measures(env, [r for r in readings if r.case.user is u], seed) for u in users
        },
        replies=tuple(
            {
                "scenario": c.scenario.id,
                "user": c.user.id,
                "reply": r,
                "reward": float(x),
                "measures": dict(reading.values),
            }
            for c, r, x, reading in zip(cases, replies, own, readings, strict=True)
        ),
        splits=dict(Counter(case.scenario.split for case in cases)),
        undefined=undefined,
        not_crossed=() if crossing is env else deferred_terms(env),
    )


def _crossed(
    env: PersonaEnv,
    cases: list[Case],
    replies: list[str],
    users: list[UserProfile],
    is_whole: bool,
) -> Rewards:
    """What every user gives to every reply: ``float64 of shape (N, U)``, for N cases and U users.

    Not known (NaN) where no term is left of what is not the whole reward.
    """
    shape = len(cases), len(users)
    if not (env.terms or is_whole):
        return np.full(shape, math.nan)
    each = [reply for reply in replies for _ in users]
    crossed = [Case(case.scenario, user) for case in cases for user in users]
    return rewards_of(env, each, crossed).reshape(shape)


def _measures(env: PersonaEnv, readings: list[Reading], seed: int) -> dict[str, Mean]:
    return measure(readings, env.statistics(), np.random.default_rng(seed))


def _by_category(cases: list[Case], own: Rewards) -> dict[str, Mean]:
    names = np.array([case.scenario.category for case in cases])
    return {str(name): Mean.of(own[names == name]) for name in sorted(set(names))}


def _is_own_best(rewards: Rewards, own: int) -> bool:
    if np.isnan(rewards).any():
        return False
    best = int(rewards.mean(0).argmax())
    difference = Mean.of(rewards[:, best] - rewards[:, own])
    return best == own or difference.mean <= 0 or difference.mean <= difference.se


def _identity_gap(
    env: PersonaEnv, cases: list[Case], replies: list[str], rewards: Rewards
) -> float:
    """The largest change of these rewards when all protected fields are swapped."""
    swapped: dict[str, str | None] = dict.fromkeys(Protected.model_fields, "swapped")
    twins = [Case(case.scenario, case.user.twin(**swapped)) for case in cases]
    return float(np.abs(rewards - rewards_of(env, replies, twins)).max())
