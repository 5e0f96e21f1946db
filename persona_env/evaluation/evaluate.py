"""The judgement of an agent, apart from its training signal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

import gymnasium as gym
import numpy as np

from persona_env.agent import (
    BATCH,
    Agent,
    ReferenceAgent,
    Tell,
    ask,
    ask_reference,
    tell_nobody,
)
from persona_env.arguments import flag, whole_number
from persona_env.detectors import word_count
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.evaluation.comparison import EQUAL
from persona_env.evaluation.conversation import converse, in_place_of
from persona_env.evaluation.conversation_report import ConversationReport, told_of
from persona_env.evaluation.references import gain, reference_rewards, why_undefined
from persona_env.evaluation.report import Report
from persona_env.evaluation.scores import (
    Answer,
    Rewards,
    deferred_terms,
    earned,
    reading_of,
    rewards_of,
    without_deferred,
)
from persona_env.metrics.statistics import Mean, Reading, measure
from persona_env.scenarios.case import Case
from persona_env.users.profile import Protected, UserProfile


def evaluate(
    agent: Agent | ReferenceAgent,
    env: gym.Env[Any, Any],
    episodes: int | None = None,
    seed: int = 0,
    *,
    turns: int = 1,
    cross_batched: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Report:
    """Let an agent answer, and let every user judge every reply.

    The gain is measured against the environment's own blind and oracle agents on the same cases,
    with a bootstrap error over cases.

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
        Of the drawing, of the bootstrap, and of what users say in conversations.
    turns:
        How many replies a conversation may have, whatever the environment's ``max_turns``. With 1
        first replies are judged. With more, each case is a conversation with the environment's
        user simulator, its last reply is judged, and the report is a :class:`ConversationReport`.
    cross_batched:
        Whether batched and ``async`` reward terms, which may ask a model for each score, judge each
        reply for every user. Without, they judge it for its own user alone; the cross-user matrix,
        the identity gap and the choice of the user-blind replies are then of the other terms, and
        the report names those that are left out.
    progress:
        Is called as it goes with the share that is done, in (0, 1]: a third for the agent's
        replies, one for those of the reference agents, one for the scores of all users.

    Raises
    ------
    AgentError
        If the agent does not give a text for each observation. An exception of the agent itself is
        passed on: a part of the cases is never reported as the whole.
    """
    base = persona_env_of(env)
    turns = whole_number("turns", turns, least=1)
    if 1 < turns < base.max_topics:
        raise ArgumentError(
            f"turns must be 1 (first replies alone) or at least max_topics={base.max_topics}, not "
            f"{turns}"
        )
    cases = draw_cases(base, episodes, seed)
    crossing = base if flag("cross_batched", cross_batched) else without_deferred(base)
    answered, compared, crossed = _thirds(progress)
    if turns > 1:
        talks = converse(agent, base, cases, turns, seed, tell=answered)
        references = reference_rewards(base, cases, crossing, turns, seed, tell=compared)
        answers = [talk.answers[-1] for talk in talks]
        judged = _judged(base, crossing, answers, references, seed, tell=crossed)
        return ConversationReport(**judged | told_of(talks, judged["replies"], base, seed))
    answers = [*map(Answer, cases, replies_of(agent, env, cases, answered))]
    references = reference_rewards(base, cases, crossing, tell=compared)
    return Report(**_judged(base, crossing, answers, references, seed, tell=crossed))


def _thirds(progress: Callable[[float], None] | None) -> tuple[Tell, Tell, Tell]:
    """Who is told of each of the three parts of an evaluation."""
    if progress is None:
        return tell_nobody, tell_nobody, tell_nobody

    def third(before: int, told: Callable[[float], None] = progress) -> Tell:
        return lambda done, of: told((before + done / of) / 3)

    return third(0), third(1), third(2)


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
    agent: Agent | ReferenceAgent,
    env: gym.Env[Any, Any],
    cases: list[Case],
    tell: Tell = tell_nobody,
) -> list[str]:
    """The agent's replies to these cases, seen in ``env``; a reference agent is told them."""
    if isinstance(agent, ReferenceAgent):
        return ask_reference(agent, cases)
    return ask(agent, first_observations(env, cases), tell)


def first_observations(env: gym.Env[Any, Any], cases: Sequence[Case]) -> list[dict[str, Any]]:
    """What an agent sees of these cases in ``env``."""
    return [persona_env_of(env).observe(*case) for case in cases]


def persona_env_of(env: gym.Env[Any, Any]) -> PersonaEnv:
    """The :class:`PersonaEnv` inside ``env``; raises TypeError if there is none."""
    base = env.unwrapped
    if not isinstance(base, PersonaEnv):
        raise TypeError(f"evaluate needs a PersonaEnv, not {type(base).__name__}")
    return base


def _judged(
    env: PersonaEnv,
    crossing: PersonaEnv,
    answers: list[Answer],
    references: tuple[Rewards, Rewards],
    seed: int,
    *,
    tell: Tell,
) -> dict[str, Any]:
    """The fields of a :class:`Report` on these answers, one for each case."""
    blind, oracle = references
    cases = [answer.case for answer in answers]
    known = {user.id: user for user in env.users}
    users = [known[name] for name in dict.fromkeys(case.user.id for case in cases)]
    places = {user.id: i for i, user in enumerate(users)}
    crossed, covered = _crossed(crossing, answers, users, crossing is env, tell)
    rows = np.array([places[case.user.id] for case in cases])
    itself = np.arange(len(cases)), rows
    diagonal = crossed[itself]
    own, coverage = (diagonal, covered[itself]) if crossing is env else earned(env, answers)
    undefined = why_undefined(env, users, own, blind, oracle)
    readings = [reading_of(env, answer) for answer in answers]
    per_user = {u.id: Mean.of(own[rows == i]) for i, u in enumerate(users)}
    return {
        "reward": Mean.of(own),
        "blind": Mean.of(blind),
        "oracle": Mean.of(oracle),
        "gain": (
            Mean(math.nan, math.nan, len(own))
            if "gain" in undefined
            else gain(own, blind, oracle, seed)
        ),
        "per_category": _by_category(cases, own),
        "per_user": per_user,
        "worst_user": _worst({name: mean.mean for name, mean in per_user.items()}),
        "users": tuple(u.id for u in users),
        "matrix": tuple(tuple(crossed[rows == i].mean(0).tolist()) for i in range(len(users))),
        "own_best": tuple(_is_own_best(crossed[rows == i], i) for i in range(len(users))),
        "identity_gap": _identity_gap(crossing, answers, diagonal),
        "words": Mean.of([float(word_count(answer.reply)) for answer in answers]),
        "measures": _measures(env, readings, seed),
        "measures_per_user": {
            u.id: _measures(env, [r for r in readings if r.case.user.id == u.id], seed)
            for u in users
        },
        "replies": tuple(
            {
                "scenario": answer.case.scenario.id,
                "user": answer.case.user.id,
                "reply": answer.reply,
                "reward": float(x),
                "measures": dict(reading.values),
            }
            for answer, x, reading in zip(answers, own, readings, strict=True)
        ),
        "splits": dict(Counter(case.scenario.split for case in cases)),
        "undefined": undefined,
        "not_crossed": () if crossing is env else deferred_terms(env),
        "coverage": Mean.of(coverage),
        "register": env.register,
        "reader": "" if env.readers is None else env.readers.name,
    }


def _crossed(
    env: PersonaEnv, answers: list[Answer], users: list[UserProfile], is_whole: bool, tell: Tell
) -> tuple[Rewards, Rewards]:
    """What every user gives to every answer, and the share of it that was read: two of ``float64 of
    shape (N, U)``, for N and U of them.

    Not known (NaN) where no term is left of what is not the whole reward.
    """
    shape = len(answers), len(users)
    if not (env.terms or is_whole):
        return np.full(shape, math.nan), np.full(shape, math.nan)
    rewards, coverage = np.empty(shape), np.empty(shape)
    for first in range(0, len(answers), BATCH):  # parts that batches of judgements fit into
        part = answers[first : first + BATCH]
        found = earned(env, [_judged_by(user, answer, env) for answer in part for user in users])
        end = first + len(part)
        for rows, values in zip((rewards, coverage), found, strict=True):
            rows[first:end] = values.reshape(len(part), len(users))
        tell(end, len(answers))
    return rewards, coverage


def _judged_by(user: UserProfile, answer: Answer, env: PersonaEnv) -> Answer:
    """The answer as ``user`` judges it, with what was said before it."""
    if answer.transcript:
        user = in_place_of(user, answer.case, env.users)
    return answer._replace(case=answer.case._replace(user=user))


def _measures(env: PersonaEnv, readings: list[Reading], seed: int) -> dict[str, Mean]:
    return measure(readings, env.statistics(), np.random.default_rng(seed))


def _by_category(cases: list[Case], own: Rewards) -> dict[str, Mean]:
    names = np.array([case.scenario.category for case in cases])
    return {str(name): Mean.of(own[names == name]) for name in sorted(set(names))}


def _worst(means: dict[str, float]) -> str:
    """The user with the lowest mean; nobody if all have the same, as with a single user."""
    lowest = min(means, key=lambda name: means[name])
    return lowest if max(means.values()) - means[lowest] > EQUAL else ""


def _is_own_best(rewards: Rewards, own: int) -> bool:
    """Whether nobody gives more than the own user, up to one standard error, and somebody less.

    A tie with some is none with all: a twin, who differs in protected fields alone, gives the same.
    """
    means = rewards.mean(0)
    if np.isnan(means).any() or means[own] - means.min() <= EQUAL:
        return False
    best = int(means.argmax())
    difference = Mean.of(rewards[:, best] - rewards[:, own])
    return best == own or difference.mean <= 0 or difference.mean <= difference.se


def _identity_gap(env: PersonaEnv, answers: list[Answer], rewards: Rewards) -> float:
    """The largest change of these rewards when all protected fields are swapped."""
    swapped: dict[str, str | None] = dict.fromkeys(Protected.model_fields, "swapped")
    twins = [
        answer._replace(case=answer.case._replace(user=answer.case.user.twin(**swapped)))
        for answer in answers
    ]
    return float(np.abs(rewards - rewards_of(env, twins)).max())
