"""The first outputs of the heads: what hashed n-grams and a few counts tell of a reply."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.reading.evidence import DEGREES, FAULTS
from persona_env.reading.features import (
    Said,
    bag_of,
    counts_of,
    frame_bag,
    places_of,
    said,
    sentence_bags,
)
from persona_env.reading.hashing import Sparse, counted
from persona_env.reading.reading import ACTS, STYLES, VIEWS
from persona_env.reading.spoken import Languages, languages_in

Values = npt.NDArray[np.float32]
FILE = Path(__file__).with_name("heads.safetensors")
STYLE_DEGREES = DEGREES[:5]
CONTENT = DEGREES[5:]
CHOICES = {"act": ACTS, "refusal_style": STYLES, "views": VIEWS}
OUTPUTS = (*DEGREES, *(f"{kind}:{word}" for kind, words in CHOICES.items() for word in words))
"""The columns of the first heads."""
COLUMNS = {
    kind: slice(start := OUTPUTS.index(f"{kind}:{words[0]}"), start + len(words))
    for kind, words in CHOICES.items()
}
ACT_COLUMNS = COLUMNS["act"]
FRAMED = np.array([OUTPUTS.index(f"act:{act}") for act in ACTS if act not in ("care", "support")])
"""The columns that are read in the frame of a reply, its first two sentences and its last one. They
mostly say what it does, and words of a topic that is often refused refuse nothing in between; but a
note of care may stand anywhere."""


class Weights(NamedTuple):
    """The arrays of ``heads.safetensors``, ``float32``, and the numbers of its metadata.

    With F buckets, C counts, H outputs, P places and E pieces of evidence: ``ngrams`` (F, H),
    ``counts`` (C, H), ``bias`` (H,); ``sentence_ngrams`` (F, 3), ``sentence_places`` (P, 3),
    ``sentence_bias`` (3,); ``content`` (E, 3), ``content_bias`` (3,); ``slope`` and ``shift`` (5,)
    make degrees of style the probability that a reader puts them above the middle; ``sharpness``
    (3,) is that of each choice by them alone. With A acts and M marks of detectors: ``acts``
    (A + M, A) and ``acts_bias`` (A,) weigh both, and ``partly`` (A + M,) and ``partly_bias`` (1,)
    tell a partial refusal from a whole one.
    """

    ngrams: Values
    counts: Values
    bias: Values
    sentence_ngrams: Values
    sentence_places: Values
    sentence_bias: Values
    content: Values
    content_bias: Values
    slope: Values
    shift: Values
    sharpness: Values
    acts: Values
    acts_bias: Values
    partly: Values
    partly_bias: Values
    middle: dict[str, tuple[float, float]]
    languages: Languages


@lru_cache(maxsize=4)
def load_weights(path: Path = FILE) -> Weights:
    """The shipped heads, or those of another file."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata() or {}
        arrays = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
    bands: dict[str, Any] = json.loads(metadata["middle"])
    middle = {name: (float(low), float(high)) for name, (low, high) in bands.items()}
    return Weights(**arrays, middle=middle, languages=languages_in(metadata))


class Outputs(NamedTuple):
    """What n-grams and counts tell of N prompts and replies.

    ``raw`` are the columns of :data:`OUTPUTS`, ``float32 of shape (N, H)``. ``faults`` (N, 6) is
    for each of :data:`~persona_env.reading.evidence.FAULTS` how probable it is that any sentence
    has it, then how probable it is of the worst.
    """

    raw: Values
    faults: Values


AT_ONCE = 32
"""Replies whose n-grams are held at once."""


def outputs_of(weights: Weights, exchanges: Sequence[tuple[str, str]]) -> Outputs:
    """The outputs of each prompt and reply; the n-grams of a reply are counted once, in whatever
    languages its prompts are."""
    replies = [*dict.fromkeys(reply for _, reply in exchanges)]
    starts = range(0, len(replies), AT_ONCE)
    grams = chain.from_iterable(
        _grams_of(weights, replies[start : start + AT_ONCE]) for start in starts
    )
    known = dict(zip(replies, grams, strict=True))
    both = [(prompt, known[reply]) for prompt, reply in exchanges]
    counts = np.array([counts_of(prompt, found.cut) for prompt, found in both])
    raw = np.array([found.raw for _, found in both]) + row_by_row(counts, weights.counts)
    return Outputs(raw, np.array([_faults(weights, *pair) for pair in both]))


class _Grams(NamedTuple):
    """What n-grams alone tell of a reply, (H,), and of its S sentences, (S, 3)."""

    cut: Said
    raw: Values
    sentences: Values


def _grams_of(weights: Weights, replies: Iterable[str]) -> Iterator[_Grams]:
    cut = [*map(said, replies)]
    bags = [(bag_of(text), frame_bag(text), *sentence_bags(text)) for text in cut]
    found = iter(counted([*chain.from_iterable(bags)]))
    for text, own in zip(cut, bags, strict=True):
        whole, frame, *sentences = islice(found, len(own))
        raw = _linear(whole, weights.ngrams)
        raw[FRAMED] = _linear(frame, weights.ngrams)[FRAMED]
        raw += weights.bias
        rows = [_linear(one, weights.sentence_ngrams) for one in sentences]
        yield _Grams(text, raw, np.array(rows))


def _linear(text: Sparse, matrix: Values) -> Values:
    found: Values = text.values @ matrix.take(text.indices, axis=0)
    return found


def _faults(weights: Weights, prompt: str, found: _Grams) -> Values:
    if not len(found.sentences):
        return np.zeros(2 * len(FAULTS), np.float32)
    scores = found.sentences + places_of(prompt, found.cut) @ weights.sentence_places
    each = sigmoid(scores + weights.sentence_bias)
    return np.concatenate([1 - np.prod(1 - each, axis=0), each.max(axis=0)])


def row_by_row(rows: Values, matrix: Values) -> Values:
    """``rows @ matrix``, each row by itself, so that what a reply is read as does not depend, to
    the last bit, on the replies that are read with it."""
    found: Values = (rows[:, None] @ matrix)[:, 0]
    return found


def sigmoid(values: Values) -> Values:
    """1 / (1 + exp(-x)), elementwise."""
    return np.asarray(1 / (1 + np.exp(-np.maximum(np.minimum(values, 30), -30))), np.float32)
