"""The heads of sentences: what a spoilt reply has that the good one has not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from heads.texts import BAD_OF_OTHER_KINDS, GOOD_OF_OTHER_KINDS, Floats, Inputs, Text
from persona_env.reading.evidence import FAULTS
from persona_env.reading.features import PLACES, SIZE
from persona_env.reading.outputs import sigmoid

C_SENTENCE = 5.0  # inverse regularisation
FAULTLESS = ("good_a", "good_b", GOOD_OF_OTHER_KINDS)
"""The texts none of whose sentences has a fault."""


def is_spoilt(text: Text) -> bool:
    """Whether it is a good text but for some sentences."""
    if text.name == BAD_OF_OTHER_KINDS:
        return bool(max(text.faults[1:]))
    return text.name in ("spoiled", "edit")


class Second(NamedTuple):
    """The heads of sentences."""

    ngrams: Floats
    places: Floats
    bias: Floats

    def of(self, data: Inputs, count: int) -> Floats:
        """For each text that any sentence has a fault, and the worst: shape (N, 6)."""
        each = sigmoid(
            np.asarray(data.sentences @ self.ngrams + data.places @ self.places + self.bias)
        )
        clean, worst = np.ones((count, len(FAULTS))), np.zeros((count, len(FAULTS)))
        np.multiply.at(clean, data.owner, 1 - each)
        np.maximum.at(worst, data.owner, each)
        return np.hstack([1 - clean, worst])


def fit_second(
    data: Inputs, texts: Sequence[Text], known: npt.NDArray[np.bool_], folds: Sequence[int]
) -> Second:
    """Logistic regressions: the changed sentences of a spoilt text against those of good ones, and
    single bad sentences against fine ones, of all folds but those left out.

    Of a text that is bad as a whole no sentence is known to be at fault: it is left out.
    """
    faults = np.array([text.faults for text in texts])[data.owner]
    spoilt = np.array([is_spoilt(text) for text in texts])[data.owner]
    good = np.array([text.name in FAULTLESS for text in texts])[data.owner]
    harmless = ~faults.any(1)
    use = known[data.owner] & (good | (spoilt & (data.changed > 0)))
    mean, spread = data.places.mean(0), data.places.std(0) + 1e-6
    stacked = sparse.hstack(
        [data.sentences, sparse.csr_matrix(0.1 * (data.places - mean) / spread)]
    ).tocsr()
    loose = np.isin(data.loose.folds, folds)
    nowhere = np.tile(mean, (int(loose.sum()), 1))  # a single sentence stands nowhere
    nowhere[:, PLACES.index("log_words")] = data.loose.log_words[loose]
    single = sparse.hstack(
        [data.loose.grams[loose], sparse.csr_matrix(0.1 * (nowhere - mean) / spread)]
    )
    rows = sparse.vstack([stacked[use], single]).tocsr()
    weights, bias = [], []
    for column in range(len(FAULTS)):
        labels = spoilt & (data.changed > 0) & ~harmless & (faults[:, column] > 0)
        model = LogisticRegression(C=C_SENTENCE, solver="liblinear", tol=1e-3, random_state=0)
        singly = data.loose.faults[loose, column] > 0
        model.fit(rows, np.concatenate([labels[use], singly]))
        weights.append(model.coef_[0])
        bias.append(float(model.intercept_[0]))
    found = np.array(weights)
    places = 0.1 * found[:, SIZE:] / spread
    return Second(found[:, :SIZE].T, places.T, np.array(bias) - places @ mean)
