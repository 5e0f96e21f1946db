"""Fits the head: joints of good texts against joints of the same words in another order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file
from scipy import sparse
from sklearn.linear_model import LogisticRegression, SGDClassifier

from persona_env.reading.joints import FEWEST, SIZE, is_spaceless, joints_of, word_code
from persona_env.reading.word_order import CHUNK, Weights, terms_of
from persona_env.text.prose import own_prose
from persona_env.text.spans import folded_words
from word_order.shuffles import SHUFFLES, bare, whole
from word_order.texts import Good

KEPT = {True: 250, False: 200}
"""How many words keep their identity in a language: of characters, and of others."""
ALPHA = 2e-5  # of the regularisation: of 1e-7 to 3e-5 the best on one pair of runs
EPOCHS = 4
PIECES = (8, CHUNK, 2 * CHUNK, 10_000)
"""Joints of the pieces on which the scale is fitted."""
HARD = ("runs of two",)
"""Orders that keep half of the joints: they are measured and not taught as bad texts."""
Floats = npt.NDArray[np.float64]
TAUGHT = ("whole text", "inside sentences", "neighbours swapped")
"""Orders of which joints are learnt; what a text of any order adds up to is fitted on all."""


def kept_words(texts: Sequence[Good]) -> frozenset[int]:
    """The most frequent words of each language, by the number of texts that have them."""
    found: set[int] = set()
    for code in sorted({one.language for one in texts}):
        seen: Counter[str] = Counter()
        for one in texts:
            if one.language == code:
                seen.update({*folded_words(one.text)})
        for alone in (True, False):
            words = [word for word, _ in seen.most_common() if is_spaceless(word) is alone]
            found |= {word_code(word) for word in words[: KEPT[alone]] if not word[0].isdigit()}
    return frozenset(found)


def fit(texts: Sequence[Good], seed: int = 0) -> Weights:
    """The head of these texts."""
    rng = np.random.default_rng(seed)
    kept = kept_words(texts)
    languages = frozenset(one.language for one in texts)
    joints = _joints(texts, kept, rng)
    # What joints add up to is fitted on texts whose joints were not learnt.
    halves = rng.permutation(len(texts)) % 2 == 0
    one_half = [one for one, here in zip(texts, halves, strict=True) if here]
    other = [one for one, here in zip(texts, halves, strict=True) if not here]
    part = Weights(
        _joints(one_half, kept, rng), np.zeros(4, np.float32), kept, languages
    )  # of half of the texts, for the scale alone
    return Weights(joints, _scale(other, part, rng), kept, languages)


def _joints(
    texts: Sequence[Good], kept: frozenset[int], rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    keys, labels = [], []
    for text, is_shuffled in _versions(texts, rng):
        found = joints_of([own_prose(text)], kept, with_names=True)[0].keys
        if not found.size:
            continue
        keys.append(found)
        labels.append(np.full(found.shape[1], is_shuffled))
    every = np.concatenate(keys, axis=1).T
    wide = every.shape[1]
    rows = sparse.csr_matrix(
        (
            np.ones(every.size, np.float32),
            every.astype(np.int32).ravel(),
            np.arange(0, every.size + 1, wide),
        ),
        shape=(len(every), SIZE),
    )
    model = SGDClassifier(
        loss="log_loss", alpha=ALPHA, max_iter=EPOCHS, tol=None, average=True,
        random_state=0, learning_rate="optimal",
    )  # fmt: skip
    model.fit(rows, np.concatenate(labels))
    return np.asarray(model.coef_[0], np.float32)


def _versions(texts: Sequence[Good], rng: np.random.Generator) -> Iterator[tuple[str, bool]]:
    """Each text and one without marks, in its order and in another."""
    for one in texts:
        other = SHUFFLES[TAUGHT[rng.integers(len(TAUGHT))] if rng.random() < 0.5 else TAUGHT[0]]
        yield one.text, False
        yield other(one.text, rng), True
        if rng.random() < 0.5:
            plain = bare(one.text)
            yield plain, False
            yield whole(plain, rng), True


def sums_of(text: str, weights: Weights) -> npt.NDArray[np.float32]:
    """The weight of each joint."""
    keys = joints_of([own_prose(text)], weights.kept, with_names=True)[0].keys
    found: npt.NDArray[np.float32] = weights.joints.take(keys).sum(0)
    return found


def _scale(
    texts: Sequence[Good], weights: Weights, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """What makes sums log odds: fitted on whole texts and pieces of them, in and out of order."""
    names = [name for name in SHUFFLES if name not in HARD]
    parts, labels = [], []
    for one in texts:
        other = SHUFFLES[names[rng.integers(len(names))]]
        for text, label in ((one.text, False), (other(one.text, rng), True)):
            found = sums_of(text, weights)
            size = int(rng.choice(PIECES))
            cut = [found[at : at + size] for at in range(0, len(found), size)]
            pieces = [part for part in cut if len(part) >= FEWEST - 1]
            parts += pieces
            labels += [label] * len(pieces)
    sums, sizes = np.array([part.sum() for part in parts]), np.array([*map(len, parts)])
    model = LogisticRegression(C=1e3, fit_intercept=False, max_iter=1000)
    return np.asarray(model.fit(terms_of(sums, sizes), labels).coef_[0], np.float32)


def save(weights: Weights, path: Path) -> None:
    """Write the head, its weights as float16."""
    save_file(
        {
            "joints": weights.joints.astype(np.float16),
            "scale": weights.scale,
            "kept": np.array(sorted(weights.kept), np.uint32),
        },
        path,
        {"languages": json.dumps(sorted(weights.languages))},
    )
