"""The second reader: small linear models on hashed n-grams, trained on the bank.

The act of a reply is read by the n-grams and by the detectors of refusals and of lacks together.

``heads.safetensors`` is written by ``scripts/train_heads.py``; ``docs/heads.md`` is its card.
A degree in the middle, and a choice without a clear winner, stay unread.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.reading.evidence import DEGREES, FAULTS, evidence_of, marks_of
from persona_env.reading.features import (
    Sparse,
    counts_of,
    ngrams,
    sentence_features,
)
from persona_env.reading.fields import UNCHOSEN, UNREAD, Choice, Degree
from persona_env.reading.reader import Ask
from persona_env.reading.reading import ACTS, STYLES, VIEWS, Reading

Values = npt.NDArray[np.float32]
NAME = "heads"
FILE = Path(__file__).with_name("heads.safetensors")
STYLE_DEGREES = DEGREES[:5]
CONTENT = DEGREES[5:]
CHOICES = {"act": ACTS, "refusal_style": STYLES, "views": VIEWS}
OUTPUTS = (*DEGREES, *(f"{kind}:{word}" for kind, words in CHOICES.items() for word in words))
"""The columns of the first heads."""
ACT_COLUMNS = [OUTPUTS.index(f"act:{act}") for act in ACTS]


class Weights(NamedTuple):
    """The arrays of ``heads.safetensors``, ``float32``, and the numbers of its metadata.

    With F buckets, C counts, H outputs, P places and E pieces of evidence: ``ngrams`` (F, H),
    ``counts`` (C, H), ``bias`` (H,); ``sentence_ngrams`` (F, 3), ``sentence_places`` (P, 3),
    ``sentence_bias`` (3,); ``content`` (E, 3), ``content_bias`` (3,); ``slope`` and ``shift`` (5,)
    make degrees of style the probability that a reader puts them above the middle; ``sharpness``
    (3,) is that of each choice by them alone. With A acts and M marks of detectors: ``acts``
    (A + M, A) and ``acts_bias`` (A,).
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
    middle: dict[str, tuple[float, float]]


@lru_cache(maxsize=4)
def load_weights(path: Path = FILE) -> Weights:
    """The shipped heads, or those of another file."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        metadata: dict[str, Any] = json.loads((file.metadata() or {})["middle"])
        arrays = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
    middle = {name: (float(low), float(high)) for name, (low, high) in metadata.items()}
    return Weights(**arrays, middle=middle)


class Heads:
    """Act, style and views, and whether a reply is right, stands and harms nobody."""

    name = NAME
    batches = False

    def __init__(self, path: Path = FILE) -> None:
        self._path = path

    def fill(self, asks: Sequence[Ask], readings: Sequence[Reading]) -> list[Reading]:
        """See :class:`~persona_env.reading.reader.Reader`; what rules read is used as evidence."""
        weights = load_weights(self._path)
        return [
            one.filled(_read(weights, ask, one)) for ask, one in zip(asks, readings, strict=True)
        ]


def _read(weights: Weights, ask: Ask, exact: Reading) -> Reading:
    raw = first_outputs(weights, ask.prompt, ask.reply)
    choices = {
        kind: _probabilities(raw, kind, words, weights.sharpness[place])
        for place, (kind, words) in enumerate(CHOICES.items())
    }
    faults = faults_of(weights, ask.prompt, ask.reply)
    choices["act"] = act_probabilities(weights, raw, marks_of(ask.prompt, ask.reply))
    evidence = evidence_of(ask.scenario, exact, raw[: len(DEGREES)], choices["act"], faults)
    content = sigmoid(evidence @ weights.content + weights.content_bias)
    style = sigmoid(raw[:5] * weights.slope + weights.shift)
    values = dict(zip(DEGREES, (*style, *content), strict=True))
    read: dict[str, Any] = {
        name: _degree(float(value), *weights.middle[name]) for name, value in values.items()
    }
    read |= {kind: _choice(found, weights.middle[kind][1]) for kind, found in choices.items()}
    return Reading(**read)


def act_probabilities(weights: Weights, raw: Values, marks: Values) -> dict[str, float]:
    """How probable each act is, by the first heads (H,) and by what detectors find (M,)."""
    logits = np.concatenate([raw[ACT_COLUMNS], marks]) @ weights.acts + weights.acts_bias
    scores = np.exp(logits - logits.max())
    return dict(zip(ACTS, map(float, scores / scores.sum()), strict=True))


def first_outputs(weights: Weights, prompt: str, reply: str) -> Values:
    """The first heads: ``float32 of shape (H,)``, the columns of :data:`OUTPUTS`."""
    raw: Values = _linear(ngrams(reply), weights.ngrams) + weights.bias
    return raw + counts_of(prompt, reply) @ weights.counts


def _linear(text: Sparse, matrix: Values) -> Values:
    found: Values = text.values @ matrix[text.indices]
    return found


def faults_of(weights: Weights, prompt: str, reply: str) -> Values:
    """For each of :data:`~persona_env.reading.evidence.FAULTS` how probable it is that any
    sentence has it, then how probable it is of the worst: ``float32 of shape (6,)``."""
    rows = [
        _linear(text, weights.sentence_ngrams) + place @ weights.sentence_places
        for text, place in sentence_features(prompt, reply)
    ]
    if not rows:
        return np.zeros(2 * len(FAULTS), np.float32)
    each = sigmoid(np.array(rows, np.float32) + weights.sentence_bias)
    return np.concatenate([1 - np.prod(1 - each, axis=0), each.max(axis=0)]).astype(np.float32)


def _probabilities(
    raw: Values, kind: str, words: Sequence[str], sharpness: float
) -> dict[str, float]:
    columns = [OUTPUTS.index(f"{kind}:{word}") for word in words]
    scores = np.exp(sharpness * (raw[columns] - raw[columns].max()))
    return dict(zip(words, map(float, scores / scores.sum()), strict=True))


def _degree(value: float, low: float, high: float) -> Degree:
    return UNREAD if low < value < high else Degree(round(value, 4), NAME)


def _choice(probabilities: dict[str, float], least: float) -> Choice:
    best = max(probabilities, key=lambda word: probabilities[word])
    return Choice(best, NAME, probabilities) if probabilities[best] >= least else UNCHOSEN


def sigmoid(values: Values) -> Values:
    """1 / (1 + exp(-x)), elementwise."""
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))), np.float32)
