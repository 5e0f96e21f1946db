r"""How well annotators agree, and what else than quality moves them.

Krippendorff's alpha is :math:`1 - D_o / D_e`, the observed disagreement over that which chance
gives, with any number of annotators and missing labels (Krippendorff 2011, *Computing
Krippendorff's Alpha-Reliability*); Cohen's kappa is :math:`(p_o - p_e)/(1 - p_e)` of two annotators
on the same units (Cohen 1960).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import permutations
from typing import Literal, NamedTuple, get_args

import numpy as np

from persona_env.arguments import choice
from persona_env.errors import ArgumentError
from persona_env.preferences.comparison import ORDERS, Comparison
from persona_env.text.spans import word_count

Level = Literal["nominal", "ordinal", "interval"]


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Cohen's kappa of two annotators' labels of the same units, in their order; in [-1, 1].

    NaN where both give one label alone, the same, or there are no units.

    >>> round(cohen_kappa(["a", "a", "b", "b"], ["a", "a", "b", "a"]), 3)
    0.5
    """
    if len(first) != len(second):
        raise ArgumentError(
            f"kappa needs two labels for each unit, not {len(first)} and {len(second)}"
        )
    n = len(first)
    if not n:
        return math.nan
    seen = sum(a == b for a, b in zip(first, second, strict=True)) / n
    one, other = Counter(first), Counter(second)
    chance = sum(one[label] * other[label] for label in one) / n**2
    return math.nan if chance == 1 else (seen - chance) / (1 - chance)


def krippendorff_alpha(
    units: Iterable[Sequence[float | str | None]], level: Level = "nominal"
) -> float:
    """Krippendorff's alpha; at most 1, 0 as by chance, NaN where nothing can be compared.

    Parameters
    ----------
    units:
        For each unit the labels of its annotators, ``None`` for a missing one. A unit with fewer
        than two labels is left out.
    level:
        ``"nominal"``: labels are the same or not. ``"ordinal"`` and ``"interval"``: they are
        numbers, compared by ranks or by squared distance.

    >>> round(krippendorff_alpha([[1, 1], [0, 0], [1, 0], [0, 0]]), 3)
    0.533
    """
    choice("level", level, get_args(Level))
    paired: Counter[tuple[float | str, float | str]] = Counter()
    for unit in units:
        given = [label for label in unit if label is not None]
        for pair in permutations(given, 2) if len(given) > 1 else ():
            paired[pair] += 1 / (len(given) - 1)  # type: ignore[assignment]
    totals: Counter[float | str] = Counter()
    for (label, _), count in paired.items():
        totals[label] += count
    distance = _distance(level, totals)
    seen = sum(count * distance(a, b) for (a, b), count in paired.items())
    n = sum(totals.values())
    chance = sum(totals[a] * totals[b] * distance(a, b) for a in totals for b in totals if a != b)
    return math.nan if not chance else 1 - (n - 1) * seen / chance


def _distance(
    level: Level, totals: Mapping[float | str, float]
) -> Callable[[float | str, float | str], float]:
    if level == "nominal":
        return lambda a, b: float(a != b)
    if level == "interval":
        return lambda a, b: (float(a) - float(b)) ** 2
    ordered = sorted(totals, key=float)
    cumulated = np.cumsum([totals[label] for label in ordered])
    middle = {label: float(cumulated[i]) - totals[label] / 2 for i, label in enumerate(ordered)}
    return lambda a, b: (middle[a] - middle[b]) ** 2


class Flips(NamedTuple):
    """Comparisons that one annotator made in both orders, and how many came out differently."""

    flipped: int
    of: int

    @property
    def share(self) -> float:
        """The share that depends on the order; NaN of none."""
        return self.flipped / self.of if self.of else math.nan


def order_flips(comparisons: Iterable[Comparison]) -> Flips:
    """How often an annotator who saw two replies in both orders preferred another one.

    Two comparisons by one annotator, each in an order of its own, count, and one that has both
    (``by_order``).
    """
    found: dict[tuple[str, str], dict[tuple[int, ...], str]] = defaultdict(dict)
    for one in comparisons:
        mine = found[one.annotator, one.candidates.id]
        if one.by_order:
            mine |= dict(zip(ORDERS, map(_preferred, one.by_order), strict=True))
        elif len(one.replies) == 2 and one.shown:
            mine[one.shown] = one.label
    both = [[*said.values()] for said in found.values() if len(said) == 2]
    return Flips(sum(a != b for a, b in both), len(both))


def _preferred(probability: float) -> str:
    return "same" if probability == 0.5 else "first" if probability > 0.5 else "second"


def length_correlation(
    comparisons: Iterable[Comparison], rewards: Callable[[Comparison], tuple[float, float]]
) -> float:
    """How far labels follow the length of the replies beyond what the rewards explain.

    The partial correlation, in [-1, 1], of the label (1, 1/2, 0) with the difference of the
    logarithms of the words, given the difference of ``rewards``. NaN where it is not defined.
    Comparisons of more than two replies are left out.
    """
    rows = []
    for one in comparisons:
        if one.soft is None:
            continue
        first, second = (math.log1p(word_count(reply)) for reply in one.replies)
        better, worse = rewards(one)
        rows.append((one.soft, first - second, better - worse))
    if len(rows) < 4:
        return math.nan
    said, length, quality = np.array(rows).T
    return _correlation(_residual(said, quality), _residual(length, quality))


def _residual(
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
    given: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What is left of ``values`` after the best line through ``given``."""
    design = np.stack([np.ones_like(given), given], axis=1)
    fit, *_ = np.linalg.lstsq(design, values, rcond=None)
    left: np.ndarray[tuple[int], np.dtype[np.float64]] = values - design @ fit
    return left


def _correlation(
    one: np.ndarray[tuple[int], np.dtype[np.float64]],
    other: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> float:
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / size if size > 1e-12 else math.nan
