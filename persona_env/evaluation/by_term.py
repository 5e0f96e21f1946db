"""What each reward term and gate gave to the replies of an evaluation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from persona_env.metrics.statistics import Mean
from persona_env.rewards import Verdict


def by_term(places: npt.NDArray[np.int64], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """``per_term``, ``per_gate`` and ``unread`` of a report.

    ``places`` are the cases of the N verdicts, by number: ``int64 of shape (N,)``. Of several
    verdicts on one case their mean counts.
    """
    return {
        "per_term": _means(places, [_read(one.terms, one) for one in verdicts]),
        "per_gate": _means(places, [_read(one.gates, one) for one in verdicts]),
        "unread": dict(Counter(name for one in verdicts for name in _unread(one))),
    }


def _unread(verdict: Verdict) -> Iterator[str]:
    """The terms and gates of which nothing was read."""
    return (name for name, share in verdict.unread.items() if share >= 1)


def _read(scores: Mapping[str, float], verdict: Verdict) -> dict[str, float]:
    """Those of which anything was: a half that stands for what nobody could tell is no score."""
    return {name: score for name, score in scores.items() if name not in {*_unread(verdict)}}


def _means(places: npt.NDArray[np.int64], scores: Sequence[Mapping[str, float]]) -> dict[str, Mean]:
    found: dict[str, dict[int, list[float]]] = {}
    for place, one in zip(places.tolist(), scores, strict=True):
        for name, score in one.items():
            found.setdefault(name, {}).setdefault(place, []).append(score)
    return {name: Mean.of([fmean(some) for some in found[name].values()]) for name in sorted(found)}
