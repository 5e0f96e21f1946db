"""Two agents on the same cases: their difference, and how sure it is.

Cases that share a scenario (or a user) are not independent, so the bootstrap draws scenarios (or
users) with all their cases, and the difference is taken within each case: clustered and paired, as
Miller 2024 advises (*Adding Error Bars to Evals*, arXiv 2411.00640).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from persona_env.arguments import choice, listed, whole_number
from persona_env.errors import ArgumentError
from persona_env.evaluation.report import Report
from persona_env.metrics.statistics import Mean, bootstrap

RESAMPLES = 2000
NAMES = ("first", "second")
WIDTH = 16  # columns of a printed name, at least
EQUAL = 1e-9  # rewards that differ by rounding alone are a tie
Rewards = dict[tuple[str, str], float]
Cluster = Literal["scenario", "user"]
"""What the bootstrap draws: the interval tells what the difference could be on others of it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What :func:`compare` found; every difference is the second agent's reward less the first's.

    ``difference`` lies in [-1, 1]; its standard error, and the interval from ``low`` to ``high``
    with coverage ``level``, are of the bootstrap over ``clusters`` scenarios or users, as
    ``cluster`` says (NaN for one). ``per_user`` has the mean difference over each user's cases.
    ``wins``, ``ties`` and ``losses`` count the cases in which the second earns more, the same and
    less. ``names`` are those of the agents, for print. ``coverage`` is the mean share of the reward
    of either that a reader could read; ``None`` in the tiny register.
    """

    first: Mean
    second: Mean
    difference: Mean
    low: float
    high: float
    level: float
    cluster: Cluster
    clusters: int
    per_user: dict[str, Mean]
    wins: int
    ties: int
    losses: int
    names: tuple[str, str] = NAMES
    coverage: tuple[Mean, Mean] | None = None

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0

    @property
    def text(self) -> str:
        """The difference with its interval: ``+0.120 [+0.031, +0.204]``."""
        if math.isnan(self.low):
            return f"{self.difference.mean:+.3f} [not known: one {self.cluster}]"
        return f"{self.difference.mean:+.3f} [{self.low:+.3f}, {self.high:+.3f}]"

    def __str__(self) -> str:
        first, second = self.names
        rows = [
            (first, f"{self.first}"),
            (second, f"{self.second}"),
            (
                "difference",
                f"{self.text}, level {self.level:.0%}, {self.clusters} {self.cluster}s",
            ),
            (
                f"{second} earns",
                f"more in {self.wins} cases, the same in {self.ties}, less in {self.losses}",
            ),
        ]
        if self.coverage is not None:
            rows.append(("coverage", f"{self.coverage[0]}, {self.coverage[1]}"))
        rows += [
            (f"  {user}", f"{_signed(mean)}, n = {mean.n}") for user, mean in self.per_user.items()
        ]
        width = max(WIDTH, *(len(name) + 1 for name, _ in rows))
        return "\n".join(f"{name:{width}}{said}" for name, said in rows)


def compare(
    first: Report,
    second: Report,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
    names: tuple[str, str] = NAMES,
    cluster: Cluster = "scenario",
) -> Comparison:
    """How much more the second agent earns than the first on the same cases.

    Parameters
    ----------
    first, second:
        Reports of the two agents on one environment, with the same ``episodes`` and ``seed``.
    level:
        Coverage of the percentile interval, between 0 and 1.
    resamples:
        Bootstrap samples; at least 100.
    seed:
        Of the bootstrap.
    names:
        What the two agents are called where the comparison is printed.
    cluster:
        ``"scenario"``: the interval is for other scenarios of this kind and the same users;
        ``"user"``: for other users like these and the same scenarios.

    Raises
    ------
    ArgumentError
        If the reports judge other cases or read replies in another way, and for names that are
        not two different ones, and an unknown cluster.
    """
    if not 0 < level < 1:
        raise ArgumentError(f"level must lie between 0 and 1, such as 0.95, not {level!r}")
    called = listed("names", names, str, "the name of an agent")
    if len({*called}) != 2 or len(called) != 2:
        raise ArgumentError(f"names= must be two different names, not {list(called)}")
    resamples = whole_number("resamples", resamples, least=100)
    choice("cluster", cluster, get_args(Cluster))
    one, other = _matched(first, second)
    gaps = np.array([other[case] - reward for case, reward in one.items()])
    users = np.array([user for _, user in one])
    asked = [scenario for scenario, _ in one] if cluster == "scenario" else users
    drawn, places = np.unique(asked, return_inverse=True)
    draws = _draws(gaps, places, resamples, seed)
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Comparison(
        first=first.reward,
        second=second.reward,
        difference=Mean.resampled(float(gaps.mean()), draws, len(gaps)),
        low=float(low),
        high=float(high),
        level=level,
        cluster=cluster,
        clusters=len(drawn),
        per_user={user: Mean.of(gaps[users == user]) for user in first.users},
        wins=int((gaps > EQUAL).sum()),
        ties=int((abs(gaps) <= EQUAL).sum()),
        losses=int((gaps < -EQUAL).sum()),
        names=(called[0], called[1]),
        coverage=(first.coverage, second.coverage) if first.reader else None,
    )


def _draws(
    gaps: npt.NDArray[np.float64], places: npt.NDArray[np.int64], resamples: int, seed: int
) -> list[float]:
    """The mean difference of ``resamples`` draws of clusters; not known (NaN) for one cluster."""
    totals, counts = np.bincount(places, gaps), np.bincount(places)
    if len(counts) < 2:
        return [np.nan] * resamples

    def mean(picked: npt.NDArray[np.int64]) -> float:
        return float(totals[picked].sum() / counts[picked].sum())

    return bootstrap(mean, len(counts), seed, resamples)


def _matched(first: Report, second: Report) -> tuple[Rewards, Rewards]:
    """The rewards of both by case; raises :class:`ArgumentError` if they cannot be compared."""
    for what in ("register", "reader"):
        here, there = getattr(first, what), getattr(second, what)
        if here != there:
            raise ArgumentError(
                f"the reports differ in {what}, {here!r} and {there!r}: their rewards are not of "
                f"one scale; evaluate both agents with the same {what} (--{what})"
            )
    one, other = _by_case(first), _by_case(second)
    if alone := sorted(set(one) ^ set(other)):
        raise ArgumentError(
            f"the reports judge other cases ({len(alone)} are in one alone, such as scenario "
            f"{alone[0][0]!r} for user {alone[0][1]!r}): evaluate both agents on the same "
            "environment, with the same episodes and seed"
        )
    return one, other


def _signed(mean: Mean) -> str:
    return f"{mean.mean:+.3f}" + ("" if math.isnan(mean.se) else f" ± {mean.se:.3f}")


def _by_case(report: Report) -> Rewards:
    """The reward of each case: the mean over its replies, where there are several."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in report.replies:
        found.setdefault((str(row["scenario"]), str(row["user"])), []).append(float(row["reward"]))
    return {case: sum(rewards) / len(rewards) for case, rewards in found.items()}
