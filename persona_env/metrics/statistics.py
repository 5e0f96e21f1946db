"""Measures of many replies: means of what an environment reads in each, and statistics."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from persona_env.scenarios.case import Case

RESAMPLES = 200
T = TypeVar("T")
Picks = npt.NDArray[np.int64]


def bootstrap(
    statistic: Callable[[Picks], T], n: int, seed: int | np.random.Generator, resamples: int
) -> list[T]:
    """A statistic of ``resamples`` samples of ``n`` things, drawn with replacement.

    ``statistic`` takes the places that were drawn, ``int64 of shape (n,)``.

    >>> bootstrap(lambda picks: len(picks), 3, seed=0, resamples=2)
    [3, 3]
    """
    rng = np.random.default_rng(seed)
    return [statistic(rng.integers(n, size=n)) for _ in range(resamples)]


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean (or another statistic), its standard error and the number of values."""

    mean: float
    se: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float] | npt.NDArray[np.float64]) -> Mean:
        """The mean of ``values``; NaN for none, and the error NaN for fewer than two.

        >>> Mean.of([0.0, 1.0])
        Mean(mean=0.5, se=0.5, n=2)
        """
        n = len(values)
        se = float(np.std(values, ddof=1) / math.sqrt(n)) if n > 1 else math.nan
        return cls(float(np.mean(values)) if n else math.nan, se, n)

    @classmethod
    def resampled(cls, value: float, draws: Sequence[float], n: int) -> Mean:
        """``value``, a statistic of ``n`` things, whose error is the deviation of its ``draws``.

        Draws for which the statistic is not defined (NaN) are left out.
        """
        known = [draw for draw in draws if not math.isnan(draw)]
        return cls(value, float(np.std(known, ddof=1)) if len(known) > 1 else math.nan, n)

    def __str__(self) -> str:
        if math.isnan(self.mean):
            return f"not defined ({'no values' if self.n == 0 else f'of {self.n} values'})"
        if math.isnan(self.se):
            return f"{self.mean:.3f} ({'one value' if self.n == 1 else 'error not known'})"
        return f"{self.mean:.3f} ± {self.se:.3f}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in one reply: values by measure, of those that apply; and the reply itself."""

    case: Case
    values: Mapping[str, float]
    reply: str = ""


Statistic = Callable[[Sequence[Reading]], float]
"""A number of many readings; NaN where it is not defined."""


def measure(
    readings: Sequence[Reading], statistics: Mapping[str, Statistic], rng: np.random.Generator
) -> dict[str, Mean]:
    """The mean of each value over the replies to which it applies, and each statistic.

    The error of a statistic is the standard deviation over :data:`RESAMPLES` bootstrap samples.
    """
    names = dict.fromkeys(name for reading in readings for name in reading.values)
    found = {
        name: Mean.of([reading.values[name] for reading in readings if name in reading.values])
        for name in names
    }
    for name, statistic in statistics.items():
        value = statistic(readings)
        if not math.isnan(value):
            draws = bootstrap(
                partial(_of_picked, statistic, readings), len(readings), rng, RESAMPLES
            )
            found[name] = Mean.resampled(value, draws, len(readings))
    return found


def _of_picked(statistic: Statistic, readings: Sequence[Reading], picks: Picks) -> float:
    return statistic([readings[i] for i in picks])
