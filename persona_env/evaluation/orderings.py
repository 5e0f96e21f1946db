"""Three orderings that a reward should have on natural replies, whoever reads them.

A case is a prompt, two users who differ, and four texts: the reply for either user, a reply that is
bad for anybody, and the first reply spoilt by one change (:mod:`persona_env.bank`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from persona_env.env import PersonaEnv
from persona_env.errors import ScenarioError
from persona_env.metrics.statistics import Mean
from persona_env.rewards import Verdict, judge_all
from persona_env.rewards.exchange import Exchange
from persona_env.users.library import load_profile
from persona_env.users.profile import UserProfile
from persona_env.validity import PairFigure, pair_figure
from persona_env.validity.agreement import UNKNOWN
from persona_env.validity.figures import TIE

Floats = npt.NDArray[np.float64]
PAIRS = {
    "right user first": (("good_a", "a", "good_b", "a"), ("good_b", "b", "good_a", "b")),
    "good over bad": (("good_a", "a", "bad", "a"),),
    "good over spoilt": (("good_a", "a", "spoiled", "a"),),
}
"""For each ordering which text of which user should get more than which of which."""
JUDGED = tuple(dict.fromkeys(key for pairs in PAIRS.values() for t, u, s, w in pairs
                             for key in ((t, u), (s, w))))  # fmt: skip
"""What is judged of each case: the texts, and by which user."""


@dataclass(frozen=True, slots=True)
class Ordering:
    """How often the better text of N pairs gets more, how often both get the same."""

    count: int
    wins: float
    ties: float


@dataclass(frozen=True, slots=True)
class Orderings:
    """The orderings of some cases, and what their good replies get.

    ``margins`` are the differences of reward behind each ordering, case by case, and ``covered``
    the coverages of the good replies, ``float64 of shape (cases, 2)``.
    """

    by_name: Mapping[str, Ordering]
    good: Mean
    coverage: Mean
    margins: Mapping[str, Floats]
    covered: Floats


def orderings(cases: Iterable[Mapping[str, Any]], env_of: Callable[[str], PersonaEnv]) -> Orderings:
    """Judge the texts of cases; ``env_of`` gives the environment of an id."""
    verdicts = [_judged(case, env_of(case["env"])) for case in cases]
    margins = {
        name: np.array(
            [v[t, u].reward - v[s, w].reward for v in verdicts for t, u, s, w in pairs], float
        )
        for name, pairs in PAIRS.items()
    }
    good = [v[key] for v in verdicts for key in (("good_a", "a"), ("good_b", "b"))]
    covered = np.array([one.coverage for one in good], float).reshape(-1, 2)
    return Orderings(
        {name: _ordering(found) for name, found in margins.items()},
        Mean.of([one.reward for one in good]),
        Mean.of([one.coverage for one in good]),
        margins,
        covered,
    )


def ordering_figures(
    cases: Sequence[Mapping[str, Any]],
    found: Orderings,
    reader: str,
    source: str,
    part_of: Callable[[Mapping[str, Any]], str],
) -> tuple[PairFigure, ...]:
    """The orderings of these cases as figures: of all, by language, and by part (``""``: none)."""
    groups: dict[str, list[int]] = {"all": [*range(len(cases))]}
    for name_of in (lambda case: case["language"], part_of):
        for place, case in sorted(enumerate(cases), key=lambda pair: name_of(pair[1])):
            groups.setdefault(name_of(case), []).append(place)
    groups.pop("", None)
    parts = {part_of(case) for case in cases} - {""}
    figures = []
    for name, margins in found.margins.items():
        by_case = margins.reshape(len(cases), -1)
        wins = [float((by_case[groups[part]] > TIE).mean()) for part in parts]
        spread = (min(wins), max(wins)) if wins else UNKNOWN
        for group, places in groups.items():
            read = float(found.covered[places].mean())
            between = spread if group == "all" else UNKNOWN
            figures.append(
                pair_figure(
                    name,
                    source,
                    reader,
                    by_case[places].ravel(),
                    read=read,
                    group=group,
                    parts=between,
                )
            )  # fmt: skip
    return tuple(figures)


def _ordering(margins: Floats) -> Ordering:
    ties = np.abs(margins) <= TIE
    return Ordering(len(margins), float((margins > TIE).mean()), float(ties.mean()))


def _judged(case: Mapping[str, Any], env: PersonaEnv) -> dict[tuple[str, str], Verdict]:
    scenario = env.scenarios.find(case["scenario"])
    if scenario is None:
        raise ScenarioError(f"{case['env']} has no scenario {case['scenario']!r}: wrong split?")
    users = {letter: user_of(case[f"user_{letter}"], env) for letter in "ab"}
    exchanges = [
        Exchange(scenario, users[user], case[text], case["language"]) for text, user in JUDGED
    ]
    return dict(zip(JUDGED, judge_all(exchanges, env.terms), strict=True))


def user_of(user: str | Mapping[str, Any], env: PersonaEnv) -> UserProfile:
    """A user of the environment or the library by id, or the profile that is given as a dict."""
    if not isinstance(user, str):
        return UserProfile.model_validate(user)
    own = {one.id: one for one in env.users}
    return own[user] if user in own else load_profile(user)
