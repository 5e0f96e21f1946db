"""How well stated confidence fits what turns out: each over the replies that answered.

A reading has ``accuracy`` p in [0, 1] (0 or 1 where the truth is known, else the chance of being
right) and ``confidence`` q in [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from persona_env.metrics.statistics import Reading

BINS = 10
Floats = npt.NDArray[np.float64]
Bins = list[tuple[float, float, int]]  # mean confidence, mean accuracy, number


def answers(readings: Sequence[Reading]) -> tuple[Floats, Floats]:
    """Confidence and accuracy, each ``float64 of shape (A,)`` (A: replies that answered)."""
    kept = [r.values for r in readings if "confidence" in r.values]
    return (
        np.array([values["confidence"] for values in kept], dtype=np.float64),
        np.array([values["accuracy"] for values in kept], dtype=np.float64),
    )


def reliability(stated: Floats, right: Floats) -> Bins:
    """Mean confidence, mean accuracy and number of answers, for each bin that has any.

    The :data:`BINS` bins are of equal width; the last holds 1.

    >>> reliability(np.array([0.95, 1.0, 0.2]), np.array([1.0, 0.0, 0.0]))
    [(0.2, 0.0, 1), (0.975, 0.5, 2)]
    """
    bins = np.minimum((stated * BINS).astype(int), BINS - 1)
    return [
        (float(stated[bins == b].mean()), float(right[bins == b].mean()), int((bins == b).sum()))
        for b in np.unique(bins)
    ]


def reliability_per_user(replies: Iterable[Mapping[str, Any]]) -> dict[str, Bins]:
    """The bins of each user's replies, from the ``replies`` of a report.

    Raises :class:`ValueError` if none states a confidence.
    """
    split = answers_per_user(replies)
    return {user: reliability(stated, right) for user, (stated, right) in split.items()}


def expected_calibration_error(readings: Sequence[Reading]) -> float:
    r""":math:`\sum_b \frac{n_b}{N} |acc_b - conf_b|` over 10 bins of equal width (as RLCR's code).

    Range [0, 1]; NaN without answers.
    """
    stated, right = answers(readings)
    if not len(stated):
        return math.nan
    return sum(n * abs(acc - conf) for conf, acc, n in reliability(stated, right)) / len(stated)


def reliability_by_count(stated: Floats, right: Floats) -> Bins:
    """As :func:`reliability`, in up to :data:`BINS` bins that hold equally many answers.

    The answers are put in order of confidence and cut into pieces whose sizes differ by at most
    one. What is equally sure may lie on both sides of a cut: there it has its mean accuracy.

    >>> reliability_by_count(np.array([0.9, 0.2]), np.array([1.0, 0.0]))
    [(0.2, 0.0, 1), (0.9, 1.0, 1)]
    """
    if not len(stated):
        return []
    levels, place = np.unique(stated, return_inverse=True)
    levelled = (np.bincount(place, right) / np.bincount(place))[np.sort(place)]
    pieces = zip(
        np.array_split(levels[np.sort(place)], BINS), np.array_split(levelled, BINS), strict=True
    )
    return [(float(q.mean()), float(p.mean()), len(q)) for q, p in pieces if len(q)]


def equal_count_calibration_error(stated: Floats, right: Floats) -> float:
    """:func:`expected_calibration_error` over the bins of :func:`reliability_by_count`, of
    confidence and accuracy, each ``float64 of shape (A,)``.

    Range [0, 1]; NaN without answers.

    >>> round(equal_count_calibration_error(np.array([0.9, 0.2]), np.array([1.0, 0.0])), 2)
    0.15
    """
    if not len(stated):
        return math.nan
    bins = reliability_by_count(stated, right)
    return sum(n * abs(acc - conf) for conf, acc, n in bins) / len(stated)


def auroc(readings: Sequence[Reading]) -> float:
    """The chance that a right answer is surer than a wrong one, ties 1/2.

    Range [0, 1]; over questions whose truth is known; NaN unless some are right and some wrong.
    """
    return area_under_roc(*answers(readings))


def area_under_roc(stated: Floats, right: Floats) -> float:
    """:func:`auroc` of confidence and accuracy, each ``float64 of shape (A,)``.

    >>> area_under_roc(np.array([0.9, 0.2, 0.2]), np.array([1.0, 0.0, 1.0]))
    0.75
    """
    good, bad = stated[right == 1], stated[right == 0]
    if not len(good) or not len(bad):
        return math.nan
    return float(np.mean(np.sign(good[:, None] - bad[None, :]) / 2 + 0.5))


def risk_coverage(readings: Sequence[Reading]) -> float:
    """The area under the risk-coverage curve: mean error of the k surest answers, over all k.

    Range [0, 1], lower is better; ties in confidence share their mean error. NaN without answers.
    """
    risks = risk_coverage_curve(*answers(readings))
    return float(np.mean(risks)) if len(risks) else math.nan


def risk_coverage_curve(stated: Floats, right: Floats) -> Floats:
    """The mean error of the k surest of A answers, for k from 1 to A: ``float64 of shape (A,)``.

    The k-th stands at coverage k / A. Ties in confidence share their mean error.

    >>> risk_coverage_curve(np.array([0.2, 0.9]), np.array([0.0, 1.0])).tolist()
    [0.0, 0.5]
    """
    if not len(stated):
        return np.zeros(0)
    _, place = np.unique(-stated, return_inverse=True)
    error = (np.bincount(place, 1 - right) / np.bincount(place))[place]
    surest = np.argsort(place, kind="stable")
    curve: Floats = np.cumsum(error[surest]) / np.arange(1, len(stated) + 1)
    return curve


def answers_per_user(replies: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Floats, Floats]]:
    """Confidence and accuracy of each user's replies, from the ``replies`` of a report: each
    ``float64 of shape (A,)``.

    Raises :class:`ValueError` if none states a confidence.
    """
    found: dict[str, list[tuple[float, float]]] = {}
    for reply in replies:
        values = reply["measures"]
        if "confidence" in values:
            pair = (values["confidence"], values["accuracy"])
            found.setdefault(reply["user"], []).append(pair)
    if not found:
        raise ValueError("no reply states a confidence: evaluate on PersonaCalibration-v0")
    split = {user: np.array(pairs, dtype=np.float64).T for user, pairs in sorted(found.items())}
    return {user: (stated, right) for user, (stated, right) in split.items()}
