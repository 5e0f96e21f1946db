"""Figures: what is known of one field, one source of labels and one reader."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from persona_env.validity.agreement import (
    UNKNOWN,
    Array,
    Interval,
    Sample,
    auroc,
    intervals,
    middle,
    wilson,
)

TIE = 1e-9


@dataclass(frozen=True, slots=True)
class Figure:
    """How far one reader agrees with one source of labels on one field.

    Shares are in [0, 1], unknown ones NaN, intervals 95 %. ``read`` is the share of the ``n``
    labelled replies of which the reader could tell: all but ``read``, and ``auroc`` where a value
    stands behind what is unread, is of those. ``positives`` counts labels that say yes, ``None``
    for words. ``worst`` is the model (or another part) with the lowest accuracy; ``parts`` are the
    lowest and the highest AUROC of a part, of words the accuracies.
    """

    field: str
    source: str
    reader: str
    n: int
    positives: int | None = None
    read: float = math.nan
    accuracy: float = math.nan
    accuracy_interval: Interval = UNKNOWN
    precision: float = math.nan
    precision_interval: Interval = UNKNOWN
    recall: float = math.nan
    recall_interval: Interval = UNKNOWN
    f1: float = math.nan
    f1_interval: Interval = UNKNOWN
    auroc: float = math.nan
    auroc_interval: Interval = UNKNOWN
    kappa: float = math.nan
    kappa_interval: Interval = UNKNOWN
    worst: str = ""
    worst_accuracy: float = math.nan
    parts: Interval = UNKNOWN


@dataclass(frozen=True, slots=True)
class PairFigure:
    """How often the better text of N pairs gets more of what is ``measured``.

    ``read`` is the mean coverage of what the texts get; ``group`` are the pairs that are counted,
    such as a language; ``parts`` are the lowest and the highest share of wins of a part.
    """

    measured: str
    source: str
    reader: str
    n: int
    group: str = "all"
    wins: float = math.nan
    wins_interval: Interval = UNKNOWN
    ties: float = math.nan
    read: float = math.nan
    parts: Interval = UNKNOWN


class Figures(NamedTuple):
    """Figures of labels, and of pairs."""

    labels: tuple[Figure, ...] = ()
    pairs: tuple[PairFigure, ...] = ()


def figure_of(field: str, source: str, reader: str, sample: Sample) -> Figure:
    """The figure of a sample."""
    n, known = len(sample.said), sample.known
    said, found = sample.said[known], sample.found[known]
    right, count = int((said == found).sum()), len(said)
    whole = middle(sample, np.arange(n))
    f1_interval, auroc_interval, kappa_interval = intervals(sample)
    worst, worst_accuracy = _worst(sample)
    yes, hits, calls = 0, 0, 0
    if sample.is_yes_no:
        yes, hits, calls = int(said.sum()), int((said & found).sum()), int(found.sum())
    return Figure(
        field, source, reader, n,
        positives=int(sample.said.sum()) if sample.is_yes_no else None,
        read=count / n,
        accuracy=share(right, count), accuracy_interval=wilson(right, count),
        precision=share(hits, calls), precision_interval=wilson(hits, calls),
        recall=share(hits, yes), recall_interval=wilson(hits, yes),
        f1=whole.f1, f1_interval=f1_interval,
        auroc=whole.auroc, auroc_interval=auroc_interval,
        kappa=whole.kappa, kappa_interval=kappa_interval,
        worst=worst, worst_accuracy=worst_accuracy, parts=_parts(sample),
    )  # fmt: skip


def pair_figure(
    measured: str,
    source: str,
    reader: str,
    margins: Array,
    *,
    read: float,
    group: str = "all",
    parts: Interval = UNKNOWN,
) -> PairFigure:
    """The figure of N margins, what the better text gets less what the worse one gets.

    >>> found = pair_figure("reward", "mine", "rules", np.array([0.5, 0.0, -0.5, 0.1]), read=1.0)
    >>> found.wins, found.ties
    (0.5, 0.25)
    """
    n, wins = len(margins), int((margins > TIE).sum())
    ties = int((np.abs(margins) <= TIE).sum())
    return PairFigure(
        measured, source, reader, n, group, share(wins, n), wilson(wins, n), share(ties, n), read,
        parts,
    )  # fmt: skip


def share(hits: int, n: int) -> float:
    """``hits / n``, NaN for none."""
    return hits / n if n else math.nan


def _by_part(sample: Sample) -> list[tuple[str, Array]]:
    names = np.array(sample.parts)
    return [(str(name), np.flatnonzero(names == name)) for name in sorted(set(names) - {""})]


def _worst(sample: Sample) -> tuple[str, float]:
    found = []
    for name, places in _by_part(sample):
        known = places[sample.known[places]]
        if len(known):
            found.append((name, float((sample.said[known] == sample.found[known]).mean())))
    return min(found, key=lambda pair: pair[1], default=("", math.nan))


def _parts(sample: Sample) -> Interval:
    values = []
    for _, places in _by_part(sample):
        if sample.is_yes_no:
            scored = places[~np.isnan(sample.scores[places])]
            values.append(auroc(sample.said[scored], sample.scores[scored]))
        else:
            known = places[sample.known[places]]
            values.append(share(int((sample.said[known] == sample.found[known]).sum()), len(known)))
    known_values = [value for value in values if not math.isnan(value)]
    return (min(known_values), max(known_values)) if known_values else UNKNOWN
