"""The first heads: ridge regressions of every field on the n-grams of a whole reply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from heads.texts import GAPS, WEIGHT, Extra, Floats, Inputs, Text
from persona_env.reading.evidence import DEGREES
from persona_env.reading.features import SIZE
from persona_env.reading.heads import ACT_COLUMNS, CHOICES, CONTENT, OUTPUTS, STYLE_DEGREES
from persona_env.reading.reading import ACTS

ALPHA = 0.3


class First(NamedTuple):
    """The first heads."""

    ngrams: Floats
    counts: Floats
    bias: Floats

    def of(self, data: Inputs) -> Floats:
        """Their outputs, ``float64 of shape (N, H)``."""
        found: Floats = data.grams @ self.ngrams + data.counts @ self.counts
        found[:, _ACTS] = data.leads @ self.ngrams[:, _ACTS]
        return found + self.bias * ~data.is_pair[:, None]


def fit_first(data: Inputs, targets: Floats, known: npt.NDArray[np.bool_]) -> First:
    """Ridge regressions on the rows whose targets are known (NaN: not read of this text).

    A pair is a row of its own, whose target is by how much its texts differ. In the dual, since
    there are fewer texts than features: a = (K + alpha)^-1 y, w = X' a. Acts are learnt from the
    first two sentences of a reply.
    """
    weights = np.zeros((data.stacked.shape[1], len(OUTPUTS)))
    bias = np.zeros(len(OUTPUTS))
    for columns in _TOGETHER:
        rows = known & ~np.isnan(targets[:, columns]).any(1)
        wanted = targets[np.ix_(rows, columns)]
        is_text = ~data.is_pair[rows]
        bias[columns] = wanted[is_text].mean(0)
        features = data.leads[rows] if columns is _ACTS else data.stacked[rows]
        kernel = (features @ features.T).toarray() + ALPHA * np.eye(rows.sum())
        dual = np.linalg.solve(kernel, wanted - bias[columns] * is_text[:, None])
        weights[: features.shape[1], columns] = features.T @ dual
    counts = WEIGHT * weights[SIZE:] / data.spread[:, None]
    return First(weights[:SIZE], counts, bias - data.mean @ counts)


_CONTENT = np.array([OUTPUTS.index(name) for name in CONTENT])
_ACTS = np.arange(len(OUTPUTS))[ACT_COLUMNS]
_CHOSEN = np.array([i for i, n in enumerate(OUTPUTS) if ":" in n and i not in _ACTS])
_TOGETHER = (_CONTENT, _ACTS, _CHOSEN, *(np.array([OUTPUTS.index(n)]) for n in STYLE_DEGREES))
"""Columns that are known of the same texts."""


def targets_of(texts: Sequence[Text], extras: Sequence[Extra] = ()) -> Floats:
    """The targets of the first heads, ``float64 of shape (N + M, H)``; NaN where nobody read."""
    rows = np.full((len(texts) + len(extras), len(OUTPUTS)), np.nan)
    for row, extra in zip(rows[len(texts) :], extras, strict=True):
        if extra.act:
            row[_ACTS] = [extra.act == act for act in ACTS]
        if extra.style:
            row[OUTPUTS.index(extra.style)] = GAPS[extra.style]
    for row, text in zip(rows, texts, strict=False):
        wrong, fallen, harmful = text.faults
        row[_CONTENT] = 1 - wrong, 1 - fallen, harmful
        if text.reading:
            row[: len(DEGREES)] = [text.reading[name] for name in DEGREES]
            at = len(DEGREES)
            for kind, words in CHOICES.items():
                row[at : at + len(words)] = [text.reading[kind] == word for word in words]
                at += len(words)
    return rows
