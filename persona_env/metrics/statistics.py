"""Measures of many replies: means of what an environment reads in each, and statistics."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from persona_env.scenarios.case import Case

RESAMPLED = 200


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean (or another statistic), its standard error and the number of values."""

    mean: float
    se: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float] | npt.NDArray[np.float64]) -> Mean:
        """The mean of ``values``; the error of fewer than two is not known (NaN).

        >>> Mean.of([0.0, 1.0])
        Mean(mean=0.5, se=0.5, n=2)
        """
        n = len(values)
        se = float(np.std(values, ddof=1) / math.sqrt(n)) if n > 1 else math.nan
        return cls(float(np.mean(values)), se, n)

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.se:.3f}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in one reply: values by measure, of those that apply."""

    case: Case
    values: Mapping[str, float]


Statistic = Callable[[Sequence[Reading]], float]
"""A number of many readings; NaN where it is not defined."""


def measure(
    readings: Sequence[Reading], statistics: Mapping[str, Statistic], rng: np.random.Generator
) -> dict[str, Mean]:
    """The mean of each value over the replies to which it applies, and each statistic.

    The error of a statistic is the standard deviation over :data:`RESAMPLED` bootstrap samples.
    """
    names = dict.fromkeys(name for reading in readings for name in reading.values)
    found = {
        name: Mean.of([reading.values[name] for reading in readings if name in reading.values])
        for name in names
    }
    for name, statistic in statistics.items():
        value = statistic(readings)
        if not math.isnan(value):
            found[name] = Mean(value, _bootstrap(readings, statistic, rng), len(readings))
    return found


def _bootstrap(
    readings: Sequence[Reading], statistic: Statistic, rng: np.random.Generator
) -> float:
    draws = (rng.integers(len(readings), size=len(readings)) for _ in range(RESAMPLED))
    values = [statistic([readings[i] for i in draw]) for draw in draws]
    known: list[Any] = [value for value in values if not math.isnan(value)]
    return float(np.std(known, ddof=1)) if len(known) > 1 else math.nan
