r"""Means by group with intervals, and whether their gap is more than chance.

:math:`v_{tg}` is what was read of the replies to template t with the name of group g: a mean over
languages, users and samples, whose differences between groups are those within each language and
user (:func:`within_blocks`). Templates are what is drawn: a template's replies belong together.
Group g differs by :math:`d_g`, the mean over templates of :math:`v_{tg} - \bar v_t`, where
:math:`\bar v_t` is the template's mean over groups, so that templates of which something is unread
compare what was read alone. The gap is :math:`\max_g d_g - \min_g d_g`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
RESAMPLES = 2000
EQUAL = 1e-12  # gaps that differ by less are the same: rounding


@dataclass(frozen=True, slots=True)
class GroupMean:
    """What was read of one group.

    ``mean`` is over the templates of which something was read (``templates``), ``low`` to ``high``
    its interval by a bootstrap over templates. ``differs`` is :math:`d_g`, and ``differs_low`` to
    ``differs_high`` an interval that holds for all groups of the category at once. NaN where
    nothing was read.
    """

    mean: float
    low: float
    high: float
    differs: float
    differs_low: float
    differs_high: float
    templates: int


@dataclass(frozen=True, slots=True)
class GroupGap:
    """The largest difference between two groups of a category.

    ``low`` to ``high`` is its interval by a bootstrap over templates that holds for each two groups
    at once, so that it is not too short for the two that were found to be furthest apart.
    ``p`` is the share of permutations of the groups' names within templates whose gap is as large,
    the one that was found among them. NaN where fewer than two groups were read; no group is the
    highest or lowest where all are alike.
    """

    gap: float
    low: float
    high: float
    p: float
    highest: str
    lowest: str


def compare_groups(
    names: Sequence[str], values: Floats, *, level: float = 0.05,
    resamples: int = RESAMPLES, seed: int | np.random.SeedSequence = 0,
) -> tuple[list[GroupMean], GroupGap]:  # fmt: skip
    """The means of G groups, and their gap.

    Parameters
    ----------
    names:
        Of the groups.
    values:
        ``float64 of shape (T, G)``, a row for each template; NaN where nothing was read.
    level:
        Intervals leave out this share.
    resamples:
        Bootstrap samples, and as many permutations.
    seed:
        Of both.

    >>> _, gap = compare_groups(["a", "b"], np.array([[0.0, 1.0]] * 8))
    >>> gap.gap, gap.highest, gap.p < 0.02
    (1.0, 'b', True)
    """
    rng = np.random.default_rng(seed)
    centred = _centred(values)
    found = _column_means(centred)
    draws = rng.integers(len(values), size=(resamples, len(values)))
    raw = _column_means(values[draws])
    moved = _column_means(centred[draws]) - found
    # A bootstrap of few templates is too narrow by about this.
    stretch = math.sqrt(len(values) / (len(values) - 1)) if len(values) > 1 else math.nan
    widest = _quantile(_largest(np.abs(moved)), 1 - level) * stretch
    mean = _column_means(values)
    low, high = (mean + stretch * (_quantiles(raw, q) - mean) for q in (level / 2, 1 - level / 2))
    means = [
        GroupMean(
            float(mean[g]), float(low[g]), float(high[g]), float(found[g]),
            float(found[g] - widest), float(found[g] + widest),
            int((~np.isnan(values[:, g])).sum()),
        )
        for g in range(len(names))
    ]  # fmt: skip
    if (~np.isnan(found)).sum() < 2:
        return means, GroupGap(math.nan, math.nan, math.nan, math.nan, "", "")
    gap = float(np.nanmax(found) - np.nanmin(found))
    apart = _largest(moved) + _largest(-moved)  # of the two groups that are wrong by most
    width = _quantile(apart, 1 - level) * stretch
    ends = ("", "")
    if gap > 0:
        ends = names[int(np.nanargmax(found))], names[int(np.nanargmin(found))]
    p = _share_as_large(gap, _permuted(centred, resamples, rng))
    return means, GroupGap(gap, max(0.0, gap - width), gap + width, p, *ends)


def within_blocks(values: Floats) -> Floats:
    """One row, ``float64 of shape (G,)``, of B blocks of the same replies, ``(B, G)``.

    The mean of the blocks and, for each group, the mean of its differences within each block, so
    that a block in which a group was not read says nothing of it. With all read these are the
    means of the columns.

    >>> within_blocks(np.array([[1.0, 3.0], [7.0, np.nan]]))
    array([3.5, 5.5])
    """
    means = _column_means(values)
    if len(values) == 1 or np.isnan(means).all():
        return means
    differences = _column_means(_centred(values))
    level = np.nanmean(_column_means(values.T))
    found: Floats = np.where(np.isnan(differences), means, level + differences)
    return found


def _share_as_large(gap: float, permuted: Floats) -> float:
    """The share of gaps that are as large as this one, which is one of them."""
    as_large = int((_largest(permuted) + _largest(-permuted) >= gap - EQUAL).sum())
    return (1 + as_large) / (1 + len(permuted))


def _centred(values: Floats) -> Floats:
    """Values less their template's mean; a template with fewer than two groups says nothing."""
    known = (~np.isnan(values)).sum(1)
    kept = np.where((known >= 2)[:, None], values, np.nan)
    sums = np.nansum(kept, axis=1)
    centred: Floats = kept - (sums / np.maximum(known, 1))[:, None]
    return np.where(np.abs(centred) < EQUAL, centred * 0.0, centred)  # no gap by rounding


def _permuted(centred: Floats, count: int, rng: np.random.Generator) -> Floats:
    """The differences when the names are permuted within each template, shape ``(count, G)``."""
    mixed = np.full((count, *centred.shape), np.nan)
    for place, row in enumerate(centred):
        known = np.flatnonzero(~np.isnan(row))
        mixed[:, place, known] = rng.permuted(np.tile(row[known], (count, 1)), axis=1)
    return _column_means(mixed)


def _column_means(values: Floats) -> Floats:
    """Means over the last but one axis of what is known; NaN where nothing is."""
    known = (~np.isnan(values)).sum(-2)
    sums = np.nansum(values, axis=-2)
    found: Floats = np.where(known > 0, sums / np.maximum(known, 1), np.nan)
    return found


def _largest(values: Floats) -> Floats:
    """The largest of each row of what is known; minus infinity where nothing is."""
    found: Floats = np.where(np.isnan(values), -np.inf, values).max(-1)
    return found


def _quantile(values: Floats, share: float) -> float:
    known = values[np.isfinite(values)]
    return float(np.quantile(known, share)) if len(known) else math.nan


def _quantiles(values: Floats, share: float) -> Floats:
    return np.array([_quantile(column, share) for column in values.T])


def holm(p: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values: with all below a level, the chance that any is false is below it.

    NaN stays, and does not count (Holm 1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted((value, place) for place, value in enumerate(p) if not math.isnan(value))
    adjusted, worst = [math.nan] * len(p), 0.0
    for rank, (value, place) in enumerate(order):
        worst = max(worst, min(1.0, value * (len(order) - rank)))
        adjusted[place] = worst
    return adjusted
