"""The first heads: ridge regressions of every field on the n-grams of a whole reply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from heads.texts import GAPS, LONGER, SAID, WEIGHT, Extra, Floats, Inputs, Text
from persona_env.reading.evidence import DEGREES
from persona_env.reading.features import SIZE
from persona_env.reading.outputs import (
    ACT_COLUMNS,
    CHOICES,
    CONTENT,
    FRAMED,
    OUTPUTS,
    STYLE_DEGREES,
)
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
        found[:, FRAMED] = data.frames @ self.ngrams[:, FRAMED]
        return found + self.bias * ~data.is_pair[:, None]


def fit_first(data: Inputs, targets: Floats, known: npt.NDArray[np.bool_]) -> First:
    """Ridge regressions on the rows whose targets are known (NaN: not read of this text).

    A pair is a row of its own, whose target is by how much its texts differ. Most acts are learnt
    from the frame of a reply.
    """
    weights = np.zeros((data.stacked.shape[1], len(OUTPUTS)))
    bias = np.zeros(len(OUTPUTS))
    for columns in _TOGETHER:
        rows = known & ~np.isnan(targets[:, columns]).any(1)
        inputs = data.frames[rows] if columns is FRAMED else data.stacked[rows]
        wanted = targets[np.ix_(rows, columns)]
        found, bias[columns] = ridge(inputs, wanted, ~data.is_pair[rows])
        weights[: len(found), columns] = found
    counts = WEIGHT * weights[SIZE:] / data.spread[:, None]
    return First(weights[:SIZE], counts, bias - data.mean @ counts)


def ridge(
    rows: sparse.csr_matrix, wanted: Floats, is_text: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Weights and bias, which is the mean of what is wanted of texts; a pair has none.

    In the dual, since there are fewer texts than features: a = (K + alpha)^-1 y, w = X' a.
    """
    bias = wanted[is_text].mean(0)
    kernel = (rows @ rows.T).toarray() + ALPHA * np.eye(rows.shape[0])
    dual = np.linalg.solve(kernel, wanted - bias * is_text[:, None])
    return rows.T @ dual, bias


_CONTENT = np.array([OUTPUTS.index(name) for name in CONTENT])
_ACTS = np.arange(len(OUTPUTS))[ACT_COLUMNS]
_CARING = np.setdiff1d(_ACTS, FRAMED)
_CHOSEN = np.array([i for i, n in enumerate(OUTPUTS) if ":" in n and i not in _ACTS])
_STYLE = (np.array([OUTPUTS.index(name)]) for name in STYLE_DEGREES)
_TOGETHER = (_CONTENT, FRAMED, _CARING, _CHOSEN, *_STYLE)
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
        if text.name in (SAID, LONGER):
            continue  # they train the last heads
        wrong, fallen, harmful = text.faults
        row[_CONTENT] = 1 - wrong, 1 - fallen, harmful
        if text.reading:
            row[: len(DEGREES)] = [text.reading[name] for name in DEGREES]
            at = len(DEGREES)
            for kind, words in CHOICES.items():
                row[at : at + len(words)] = [text.reading[kind] == word for word in words]
                at += len(words)
    return rows
