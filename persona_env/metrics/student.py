r"""Student's t-test of a mean, one-sided."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def student_cdf(t: float, df: int) -> float:
    """The probability that Student's t of ``df`` (1 or more, whole) degrees of freedom is at most
    ``t``, in [0, 1] (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).

    >>> round(student_cdf(2.045, 29), 3), student_cdf(0.0, 30)
    (0.975, 0.5)
    """
    angle = math.atan(t / math.sqrt(df))
    cos2 = math.cos(angle) ** 2
    odd = df % 2
    term = math.cos(angle) if odd else 1.0
    total = term if df > 1 else 0.0
    for k in range(2 + odd, df - 1, 2):
        term *= cos2 * (k - 1) / k
        total += term
    within = math.sin(angle) * total
    if odd:
        within = 2 / math.pi * (angle + within)
    return (1 + within) / 2


def mean_below(values: Sequence[float], bound: float) -> float:
    """The p-value of the claim that values (two or more) of this kind have a mean below ``bound``.

    Of values that are all the same it is 0 or 1.

    >>> round(mean_below([0.0, 0.1, -0.1, 0.0], 0.1), 3)
    0.046
    """
    gap = float(np.mean(values)) - bound
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    if error == 0:
        return float(gap >= 0)
    return student_cdf(gap / error, len(values) - 1)
