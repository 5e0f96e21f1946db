"""Agreement of what was read with what people or models said: measures, and their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.metrics.statistics import bootstrap

Z = 1.959963984540054
RESAMPLES = 400
_SEED = 20240601  # any: the intervals only have to be the same again

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Interval = tuple[float, float]
UNKNOWN: Interval = (math.nan, math.nan)


def wilson(hits: int, n: int) -> Interval:
    """The interval of Wilson (1927), 95 %.

    >>> [round(end, 3) for end in wilson(9, 10)]
    [0.596, 0.982]
    """
    if not n:
        return UNKNOWN
    share, room = hits / n, Z * Z / n
    middle = (share + room / 2) / (1 + room)
    half = Z / (1 + room) * math.sqrt(share * (1 - share) / n + room / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def kappa(said: Array, found: Array) -> float:
    """Cohen's kappa (1960): agreement beyond chance, 1 for all, 0 for chance, NaN for one class.

    ``said`` and ``found`` are ``int of shape (N,)``: classes from 0 on.

    >>> kappa(np.repeat([1, 0, 1, 0], [20, 5, 10, 15]), np.repeat([1, 1, 0, 0], [20, 5, 10, 15]))
    0.4
    """
    n = len(said)
    if not n:
        return math.nan
    classes = int(max(said.max(), found.max())) + 1
    one, two = np.bincount(said, minlength=classes), np.bincount(found, minlength=classes)
    chance, same = int(one @ two), int((said == found).sum())
    return (n * same - chance) / (n * n - chance) if n * n > chance else math.nan


def auroc(said: Bools, scores: Array) -> float:
    """How probably a yes has a higher score than a no; equal scores count half, NaN for one class.

    It is the statistic of Mann and Whitney (1947) by ranks, divided by the number of pairs.

    >>> auroc(np.array([True, True, False, False]), np.array([0.9, 0.4, 0.4, 0.1]))
    0.875
    """
    yes = int(said.sum())
    pairs = yes * (len(said) - yes)
    if not pairs:
        return math.nan
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return (float(ranks[said].sum()) - yes * (yes + 1) / 2) / pairs


def f1(said: Bools, found: Bools) -> float:
    """The harmonic mean of precision and recall; NaN where nobody said yes.

    >>> f1(np.array([True, True, False]), np.array([True, False, False])) == 2 / 3
    True
    """
    yes = int(said.sum())
    return 2 * int((said & found).sum()) / (yes + int(found.sum())) if yes else math.nan


class Sample(NamedTuple):
    """N labels of one field and what was read of it.

    ``said`` are the labels and ``found`` what was read, bools or words of shape (N,); ``found``
    holds anything where ``known`` is False. ``scores`` are in [0, 1] for a yes, NaN where there is
    none. Samples of one prompt (``keys``) are drawn together; ``parts`` name groups, such as the
    model that wrote, ``""`` for none.
    """

    said: Array
    found: Array
    known: Bools
    scores: npt.NDArray[np.float64]
    keys: Sequence[str]
    parts: Sequence[str]

    @property
    def is_yes_no(self) -> bool:
        """Whether labels are bools, not words."""
        return self.said.dtype == np.bool_


class Middle(NamedTuple):
    """What has no interval in closed form."""

    f1: float
    auroc: float
    kappa: float


def middle(sample: Sample, places: Array) -> Middle:
    """F1, AUROC and kappa of the samples at these places, each of those that it is defined for."""
    known = places[sample.known[places]]
    said, found = sample.said[known], sample.found[known]
    if not sample.is_yes_no:
        return Middle(math.nan, math.nan, kappa(*_numbered(said, found)))
    scored = places[~np.isnan(sample.scores[places])]
    return Middle(
        f1(said, found),
        auroc(sample.said[scored], sample.scores[scored]),
        kappa(said.astype(int), found.astype(int)),
    )


def _numbered(said: Array, found: Array) -> tuple[Array, Array]:
    numbers = np.unique(np.concatenate([said, found]), return_inverse=True)[1]
    return numbers[: len(said)], numbers[len(said) :]


def intervals(sample: Sample) -> tuple[Interval, Interval, Interval]:
    """The intervals of :class:`Middle`: a bootstrap over prompts, whose replies are alike."""
    keys = [key or str(place) for place, key in enumerate(sample.keys)]
    of_key = np.unique(keys, return_inverse=True)[1]
    order = np.argsort(of_key, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(of_key))[:-1])

    def drawn(picks: Array) -> Middle:
        return middle(sample, np.concatenate([members[key] for key in picks]))

    draws = bootstrap(drawn, len(members), _SEED, RESAMPLES)
    one, two, three = (_range(values) for values in zip(*draws, strict=True))
    return one, two, three


def _range(values: Sequence[float]) -> Interval:
    """The middle 95 % of what is known."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return UNKNOWN
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)
