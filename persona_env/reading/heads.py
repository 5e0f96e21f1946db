"""The second reader: small linear models on hashed n-grams, trained on the bank.

The act of a reply is read by the n-grams and by the detectors of refusals and of lacks together.

``heads.safetensors`` is written by ``scripts/train_heads.py``; ``docs/heads.md`` is its card.
A degree in the middle, and a choice without a clear winner, stay unread, and so does a reply in
languages that trained nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain, repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.detectors import without_confidence
from persona_env.reading.evidence import DEGREES, FAULTS, evidence_of, marks_of
from persona_env.reading.features import (
    bag_of,
    counts_of,
    frame_bag,
    places_of,
    said,
    sentence_bags,
)
from persona_env.reading.fields import UNCHOSEN, UNREAD, Choice, Degree
from persona_env.reading.hashing import Sparse, counted
from persona_env.reading.likeness import likeness
from persona_env.reading.reader import Ask
from persona_env.reading.reading import ACTS, STYLES, VIEWS, Reading
from persona_env.reading.spoken import Languages, languages_in, spoken

Values = npt.NDArray[np.float32]
NAME = "heads"
FILE = Path(__file__).with_name("heads.safetensors")
STYLE_DEGREES = DEGREES[:5]
CONTENT = DEGREES[5:]
CHOICES = {"act": ACTS, "refusal_style": STYLES, "views": VIEWS}
OUTPUTS = (*DEGREES, *(f"{kind}:{word}" for kind, words in CHOICES.items() for word in words))
"""The columns of the first heads."""
_COLUMNS = {
    kind: slice(start := OUTPUTS.index(f"{kind}:{words[0]}"), start + len(words))
    for kind, words in CHOICES.items()
}
ACT_COLUMNS = _COLUMNS["act"]
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


class Heads:
    """Act, style and views, and whether a reply is right, stands and harms nobody."""

    name = NAME
    batches = True

    def __init__(self, path: Path = FILE) -> None:
        self._path = path

    def fill(self, asks: Sequence[Ask], readings: Sequence[Reading]) -> list[Reading]:
        """See :class:`~persona_env.reading.reader.Reader`; what rules read is used as evidence.

        Whether a reply is right, stands and harms nobody is read of it without what says only how
        sure it is, which these heads take for a doubt about the answer.
        """
        weights = load_weights(self._path)
        bare = {place: one for place, ask in enumerate(asks) if (one := _answer_alone(ask))}
        texts = [(ask.prompt, ask.reply) for ask in (*asks, *bare.values())]
        outputs = [*outputs_of(weights, texts)]
        read = [*map(_read, repeat(weights), asks, readings, outputs)]
        for (place, ask), found in zip(bare.items(), outputs[len(asks) :], strict=True):
            exact = replace(readings[place], confidence=UNREAD)
            alone = _read(weights, ask, exact, found)
            read[place] = replace(read[place], **{name: getattr(alone, name) for name in CONTENT})
        return [
            one.filled(spoken(found, one, weights.languages))
            for one, found in zip(readings, read, strict=True)
        ]


def _answer_alone(ask: Ask) -> Ask | None:
    """The same with the answer alone, where the reply also says how sure it is.

    ``None`` where it does not, and where a chance is what the scenario asks for.
    """
    bare = ask.reply if ask.scenario.chance is not None else without_confidence(ask.reply)
    return None if bare == ask.reply else ask._replace(reply=bare)


def _read(weights: Weights, ask: Ask, exact: Reading, found: Outputs) -> Reading:
    raw, faults = found
    alike = likeness(ask.scenario, ask.reply)
    choices = {
        kind: _probabilities(raw[_COLUMNS[kind]], words, weights.sharpness[place])
        for place, (kind, words) in enumerate(CHOICES.items())
    }
    choices["act"] = act_probabilities(weights, raw, marks_of(ask.prompt, ask.reply))
    evidence = evidence_of(
        ask.scenario, exact, raw[: len(DEGREES)], choices["act"], faults=faults, alike=alike
    )
    content = sigmoid(evidence @ weights.content + weights.content_bias)
    style = sigmoid(raw[: len(STYLE_DEGREES)] * weights.slope + weights.shift)
    values = zip(DEGREES, style.tolist() + content.tolist(), strict=True)
    read: dict[str, Any] = {name: _degree(value, *weights.middle[name]) for name, value in values}
    read |= {kind: choice_of(said, weights.middle[kind][1]) for kind, said in choices.items()}
    return Reading(**read)


def act_probabilities(weights: Weights, raw: Values, marks: Values) -> dict[str, float]:
    """How probable each act is, by the first heads (H,) and by what detectors find (M,)."""
    rows = np.concatenate([raw[ACT_COLUMNS], marks])
    found = _probabilities(rows @ weights.acts + weights.acts_bias, ACTS, 1.0)
    partly = float(sigmoid(rows @ weights.partly + weights.partly_bias)[0])
    refuses = found["refuse"] + found["partly"]
    return found | {"refuse": refuses * (1 - partly), "partly": refuses * partly}


AT_ONCE = 32
"""Replies whose n-grams are held at once."""


class Outputs(NamedTuple):
    """What n-grams and counts tell of one prompt and reply.

    ``raw`` are the columns of :data:`OUTPUTS`, ``float32 of shape (H,)``. ``faults`` (6,) is for
    each of
    :data:`~persona_env.reading.evidence.FAULTS` how probable it is that any sentence has it, then
    how probable it is of the worst.
    """

    raw: Values
    faults: Values


def outputs_of(weights: Weights, exchanges: Sequence[tuple[str, str]]) -> Iterator[Outputs]:
    """The outputs of each prompt and reply; the n-grams of :data:`AT_ONCE` are counted together."""
    for start in range(0, len(exchanges), AT_ONCE):
        yield from _outputs(weights, exchanges[start : start + AT_ONCE])


def _outputs(weights: Weights, exchanges: Sequence[tuple[str, str]]) -> Iterator[Outputs]:
    cut = [said(reply) for _, reply in exchanges]
    bags = [(bag_of(text), frame_bag(text), *sentence_bags(text)) for text in cut]
    found = iter(counted([*chain.from_iterable(bags)]))
    for (prompt, _), text in zip(exchanges, cut, strict=True):
        raw = _linear(next(found), weights.ngrams)
        raw[FRAMED] = _linear(next(found), weights.ngrams)[FRAMED]
        raw += weights.bias
        rows = [_linear(next(found), weights.sentence_ngrams) for _ in text.sentences]
        faults = np.zeros(2 * len(FAULTS), np.float32)
        if rows:
            scores = np.array(rows) + places_of(prompt, text) @ weights.sentence_places
            each = sigmoid(scores + weights.sentence_bias)
            faults = np.concatenate([1 - np.prod(1 - each, axis=0), each.max(axis=0)])
        yield Outputs(raw + counts_of(prompt, text) @ weights.counts, faults)


def _linear(text: Sparse, matrix: Values) -> Values:
    found: Values = text.values @ matrix.take(text.indices, axis=0)
    return found


def _probabilities(raw: Values, words: Sequence[str], sharpness: float) -> dict[str, float]:
    scores = np.exp(sharpness * (raw - raw.max()))
    return dict(zip(words, (scores / scores.sum()).tolist(), strict=True))


def _degree(value: float, low: float, high: float) -> Degree:
    return UNREAD if low < value < high else Degree(round(value, 4), NAME)


def choice_of(probabilities: dict[str, float], least: float, by: str = NAME) -> Choice:
    """The most probable word, or none where all are improbable.

    A whole and a partial refusal count together: which of the two it is may be open.

    >>> choice_of({"answer": 0.4, "refuse": 0.3, "partly": 0.3}, 0.45).value
    'refuse'
    >>> choice_of({"answer": 0.4, "refuse": 0.3, "care": 0.3}, 0.45).is_read
    False
    """
    refusals = {word: probabilities.get(word, 0.0) for word in ("refuse", "partly")}
    best = max(probabilities, key=lambda word: probabilities[word])
    if (refuses := sum(refusals.values())) > probabilities[best]:
        best = max(refusals, key=lambda word: refusals[word])
    is_read = max(probabilities[best], refuses) >= least
    return Choice(best, by, probabilities) if is_read else UNCHOSEN


def sigmoid(values: Values) -> Values:
    """1 / (1 + exp(-x)), elementwise."""
    return np.asarray(1 / (1 + np.exp(-np.maximum(np.minimum(values, 30), -30))), np.float32)
