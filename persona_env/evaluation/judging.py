"""What the replies of an evaluation earn: from their own users, and from every other."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from persona_env.agent import BATCH, Tell
from persona_env.detectors import word_count
from persona_env.env import PersonaEnv
from persona_env.evaluation.asking import Key
from persona_env.evaluation.by_term import by_term
from persona_env.evaluation.comparison import EQUAL
from persona_env.evaluation.conversation import in_place_of
from persona_env.evaluation.references import gain, why_undefined
from persona_env.evaluation.scores import (
    Answer,
    Rewards,
    deferred_terms,
    reading_of,
    rewards_of,
    verdicts_of,
)
from persona_env.metrics.statistics import Mean, Reading, measure
from persona_env.rewards import Verdict
from persona_env.scenarios.case import Case
from persona_env.text.visible import visible
from persona_env.users.profile import UserProfile


@dataclass(frozen=True)
class Given:
    """The replies of an evaluation: A answers to N cases, each with its key."""

    answers: list[Answer]
    keys: list[Key]

    def at(self, places: Sequence[int]) -> Given:
        """Those at these places."""
        return Given([self.answers[i] for i in places], [self.keys[i] for i in places])

    @cached_property
    def places(self) -> npt.NDArray[np.int64]:
        """The case of each answer, by number: ``int64 of shape (A,)``."""
        numbers: dict[tuple[str, str], int] = {}
        return np.array([numbers.setdefault(key[:2], len(numbers)) for key in self.keys])

    @cached_property
    def cases(self) -> list[Case]:
        """The case of the first answer to each case: a conversation may have changed it."""
        first: dict[int, Case] = {}
        for place, answer in zip(self.places.tolist(), self.answers, strict=True):
            first.setdefault(place, answer.case)
        return [*first.values()]

    def of(self, cases: Sequence[Case]) -> list[Case]:
        """Those of ``cases`` that have an answer."""
        answered = {key[:2] for key in self.keys}
        return [case for case in cases if (case.scenario.id, case.user.id) in answered]

    def by_case(self, values: Rewards) -> Rewards:
        """The mean over the answers to each case: of ``(A, ...)``, ``(N, ...)``."""
        if len(self.cases) == len(self.answers):
            return values
        return np.array([values[self.places == place].mean(0) for place in range(len(self.cases))])

    def spread(self, values: Rewards) -> Mean:
        """The deviation among the answers to one case, as a mean over cases with several."""
        groups = [values[self.places == place] for place in range(len(self.cases))]
        return Mean.of([float(group.std(ddof=1)) for group in groups if len(group) > 1])


def judged(
    env: PersonaEnv,
    crossing: PersonaEnv,
    given: Given,
    references: tuple[Rewards, Rewards],
    seed: int,
    *,
    cross: bool,
    tell: Tell,
) -> dict[str, Any]:
    """The fields of a :class:`~persona_env.evaluation.report.Report` that the replies make.

    ``crossing`` has the terms that every user judges by. Without ``cross`` only own users judge.
    """
    blind, oracle = references
    answers, cases = given.answers, given.cases
    known = {user.id: user for user in env.users}
    users = [known[name] for name in dict.fromkeys(case.user.id for case in cases)]
    numbers = {user.id: i for i, user in enumerate(users)}
    rows = np.array([numbers[case.user.id] for case in cases])
    if cross:
        by_all, said = _crossed(
            crossing, answers, users, rows[given.places], is_whole=crossing is env, tell=tell
        )
        diagonal = by_all[np.arange(len(answers)), rows[given.places]]
        crossed = given.by_case(by_all)
    else:
        crossed = np.full((len(cases), len(users)), math.nan)
        said = verdicts_of(crossing, answers)
        diagonal = np.array([verdict.reward for verdict in said])
        tell(len(answers), len(answers))
    verdicts = said if crossing is env else verdicts_of(env, answers)
    whole = np.array([verdict.reward for verdict in verdicts])
    coverage = np.array([verdict.coverage for verdict in verdicts])
    own = given.by_case(whole)
    undefined = why_undefined(env, users, own, blind, oracle)
    readings = [reading_of(env, answer) for answer in answers]
    per_user = {u.id: Mean.of(own[rows == i]) for i, u in enumerate(users)}
    words = np.array([float(word_count(visible(answer.reply))) for answer in answers])
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
        **by_term(given.places, verdicts),
        "worst_user": _worst({name: mean.mean for name, mean in per_user.items()}),
        "users": tuple(u.id for u in users),
        "matrix": tuple(tuple(crossed[rows == i].mean(0).tolist()) for i in range(len(users))),
        "own_best": tuple(_is_own_best(crossed[rows == i], i) for i in range(len(users))),
        "identity_gap": _identity_gap(crossing, answers, diagonal),
        "words": Mean.of(given.by_case(words)),
        "measures": _measures(env, readings, seed),
        "measures_per_user": {
            u.id: _measures(env, [r for r in readings if r.case.user.id == u.id], seed)
            for u in users
        },
        "replies": tuple(
            {
                "scenario": answer.case.scenario.id,
                "user": answer.case.user.id,
                "sample": key.sample,
                "reply": answer.reply,
                "reward": float(x),
                "measures": dict(reading.values),
            }
            for answer, key, x, reading in zip(answers, given.keys, whole, readings, strict=True)
        ),
        "splits": dict(Counter(case.scenario.split for case in cases)),
        "undefined": undefined,
        "not_crossed": () if crossing is env else deferred_terms(env),
        "coverage": Mean.of(given.by_case(coverage)),
        "register": env.register,
        "reader": "" if env.readers is None else env.readers.name,
        "spread": given.spread(whole),
    }


def _crossed(
    env: PersonaEnv,
    answers: list[Answer],
    users: list[UserProfile],
    own: npt.NDArray[np.int64],
    *,
    is_whole: bool,
    tell: Tell,
) -> tuple[Rewards, list[Verdict]]:
    """What every user gives to every answer, ``float64 of shape (N, U)`` for N and U of them, and
    the verdicts of the answers' own users, by their places ``own``.

    Not known (NaN, and no verdict) where no term is left of what is not the whole reward.
    """
    rewards = np.full((len(answers), len(users)), math.nan)
    verdicts: list[Verdict] = []
    if not (env.terms or is_whole):
        return rewards, verdicts
    for first in range(0, len(answers), BATCH):  # parts that batches of judgements fit into
        part = answers[first : first + BATCH]
        asked = [_judged_by(user, answer, env) for answer in part for user in users]
        found, end = verdicts_of(env, asked), first + len(part)
        rewards[first:end] = np.reshape([verdict.reward for verdict in found], (len(part), -1))
        places = np.arange(len(part)) * len(users) + own[first:end]
        verdicts += [found[place] for place in places.tolist()]
        tell(end, len(answers))
    return rewards, verdicts


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
    twins = [
        answer._replace(case=answer.case._replace(user=answer.case.user.swapped()))
        for answer in answers
    ]
    return float(np.abs(rewards - rewards_of(env, twins)).max())
