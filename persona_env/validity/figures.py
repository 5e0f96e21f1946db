"""Agreement of a detector with people, with intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from persona_env.metrics.statistics import bootstrap
from persona_env.validity.labelled import UNREAD, Labelled
from persona_env.validity.questions import CHECKS

Z = 1.959963984540054
RESAMPLES = 400
_SEED = 20240601  # any: the intervals only have to be the same again

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """What is known of one check on one source; shares are in [0, 1], unknown ones NaN."""

    check: str
    source: str
    n: int
    positives: int
    agreement: float
    agreement_interval: Interval
    precision: float
    precision_interval: Interval
    recall: float
    recall_interval: Interval
    f1: float
    f1_interval: Interval
    kappa: float
    kappa_interval: Interval
    worst_model: str
    worst_agreement: float
    unread: int
    unread_agreement: float
    unread_f1: float


def wilson(hits: int, n: int) -> Interval:
    """The interval of Wilson (1927), 95 %.

    >>> [round(end, 3) for end in wilson(9, 10)]
    [0.596, 0.982]
    """
    if not n:
        return math.nan, math.nan
    share, room = hits / n, Z * Z / n
    middle = (share + room / 2) / (1 + room)
    half = Z / (1 + room) * math.sqrt(share * (1 - share) / n + room / (4 * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def kappa(both: int, only_read: int, only_said: int, neither: int) -> float:
    """Cohen's kappa (1960): agreement beyond chance, 1 for all, 0 for chance, NaN for one class.

    >>> kappa(20, 5, 10, 15)
    0.4
    """
    n = both + only_read + only_said + neither
    said, read = both + only_said, both + only_read
    chance = said * read + (n - said) * (n - read)
    return (n * (both + neither) - chance) / (n * n - chance) if n * n > chance else math.nan


def _f1(both: int, only_read: int, only_said: int, neither: int) -> float:
    return 2 * both / (2 * both + only_read + only_said) if both + only_said else math.nan


def figures_of(rows: Iterable[Labelled]) -> list[Figure]:
    """A figure for each check and source that has labels."""
    by_pair: dict[tuple[str, str], list[Labelled]] = {}
    for row in rows:
        for check in row.labels:
            by_pair.setdefault((check, row.source), []).append(row)
    order = {name: place for place, name in enumerate(CHECKS)}
    pairs = sorted(by_pair, key=lambda pair: (order[pair[0]], pair[1]))
    return [_figure(check, source, by_pair[check, source]) for check, source in pairs]


def _figure(check: str, source: str, rows: Sequence[Labelled]) -> Figure:
    said = np.array([row.labels[check] for row in rows])
    read = np.array([CHECKS[check].reads(row.reply, row.prompt) for row in rows])
    both, only_read, only_said, neither = counts = _counts(said, read)
    right = said == read
    worst = min(_by_model(rows, right), key=lambda pair: pair[1], default=("", math.nan))
    new = np.array([row.part == UNREAD for row in rows])
    resampled = _resampled(rows, said, read)
    return Figure(
        check=check, source=source, n=len(rows), positives=both + only_said,
        agreement=float(right.mean()),
        agreement_interval=wilson(both + neither, len(rows)),
        precision=_share(both, both + only_read),
        precision_interval=wilson(both, both + only_read),
        recall=_share(both, both + only_said),
        recall_interval=wilson(both, both + only_said),
        f1=_f1(*counts), f1_interval=_middle([_f1(*one) for one in resampled]),
        kappa=kappa(*counts), kappa_interval=_middle([kappa(*one) for one in resampled]),
        worst_model=worst[0], worst_agreement=worst[1],
        unread=int(new.sum()),
        unread_agreement=float(right[new].mean()) if new.any() else math.nan,
        unread_f1=_f1(*_counts(said[new], read[new])),
    )  # fmt: skip


Counts = tuple[int, int, int, int]


def _counts(said: NDArray[np.bool_], read: NDArray[np.bool_]) -> Counts:
    both, either = int((said & read).sum()), int((said | read).sum())
    return both, int(read.sum()) - both, int(said.sum()) - both, len(said) - either


def _share(hits: int, n: int) -> float:
    return hits / n if n else math.nan


def _by_model(rows: Sequence[Labelled], right: NDArray[np.bool_]) -> list[tuple[str, float]]:
    models = np.array([row.model for row in rows])
    return [(str(m), float(right[models == m].mean())) for m in sorted(set(models) - {""})]


def _resampled(
    rows: Sequence[Labelled], said: NDArray[np.bool_], read: NDArray[np.bool_]
) -> list[Counts]:
    """Counts of bootstrap samples, drawn by prompt: replies to one prompt are alike."""
    keys = [row.prompt or str(place) for place, row in enumerate(rows)]
    of_key = np.unique(keys, return_inverse=True)[1]
    members = [np.flatnonzero(of_key == key) for key in range(int(of_key.max()) + 1)]

    def counted(picks: NDArray[np.int64]) -> Counts:
        places = np.concatenate([members[key] for key in picks])
        return _counts(said[places], read[places])

    return bootstrap(counted, len(members), _SEED, RESAMPLES)


def _middle(values: Sequence[float]) -> Interval:
    """The middle 95 % of what is known."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return math.nan, math.nan
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)
