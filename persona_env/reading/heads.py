"""The second reader: small linear models on hashed n-grams, trained on the bank.

The act of a reply is read by the n-grams and by the detectors of refusals and of lacks together.

``heads.safetensors`` is written by ``scripts/train_heads.py``; ``docs/heads.md`` is its card.
A degree in the middle, and a choice without a clear winner, stay unread, and so does a reply in
languages that trained nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from persona_env.detectors import without_confidence
from persona_env.reading.evidence import DEGREES, evidence_of, marks_of
from persona_env.reading.fields import UNCHOSEN, UNREAD, Choice, Degree
from persona_env.reading.likeness import likeness
from persona_env.reading.outputs import (
    ACT_COLUMNS,
    CHOICES,
    COLUMNS,
    CONTENT,
    FILE,
    STYLE_DEGREES,
    Values,
    Weights,
    load_weights,
    outputs_of,
    row_by_row,
    sigmoid,
)
from persona_env.reading.reader import Ask
from persona_env.reading.reading import ACTS, Reading
from persona_env.reading.spoken import spoken

NAME = "heads"


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
        without = [replace(readings[place], confidence=UNREAD) for place in bare]
        read = _read(weights, [*asks, *bare.values()], [*readings, *without])
        for place, alone in zip(bare, read[len(asks) :], strict=True):
            read[place] = replace(read[place], **{name: getattr(alone, name) for name in CONTENT})
        return [
            one.filled(spoken(found, one, weights.languages))
            for one, found in zip(readings, read, strict=False)
        ]


def _answer_alone(ask: Ask) -> Ask | None:
    """The same with the answer alone, where the reply also says how sure it is.

    ``None`` where it does not, and where a chance is what the scenario asks for.
    """
    bare = ask.reply if ask.scenario.chance is not None else without_confidence(ask.reply)
    return None if bare == ask.reply else ask._replace(reply=bare)


def _read(weights: Weights, asks: Sequence[Ask], exact: Sequence[Reading]) -> list[Reading]:
    """What the heads read of each reply."""
    raw, faults = outputs_of(weights, [(ask.prompt, ask.reply) for ask in asks])
    marks = np.array([marks_of(ask.prompt, ask.reply) for ask in asks])
    acts = act_probabilities(weights, raw, marks)
    told = zip(asks, exact, raw[:, : len(DEGREES)], acts, faults, _alike(asks), strict=True)
    evidence = np.array(
        [
            evidence_of(ask.scenario, *before, faults=fault, alike=alike)
            for ask, *before, fault, alike in told
        ]
    )
    content = sigmoid(row_by_row(evidence, weights.content) + weights.content_bias)
    style = sigmoid(raw[:, : len(STYLE_DEGREES)] * weights.slope + weights.shift)
    degrees = np.concatenate([style, content], axis=1).tolist()
    choices = [
        acts if kind == "act" else _probabilities(raw[:, COLUMNS[kind]], words, sharpness)
        for (kind, words), sharpness in zip(CHOICES.items(), weights.sharpness, strict=True)
    ]
    return [*map(_reading, repeat(weights), degrees, zip(*choices, strict=True))]


def _alike(asks: Sequence[Ask]) -> list[Values]:
    """How each reply compares with the answers of its scenario; compared once, whatever the
    language of its prompt."""
    keys = [(id(ask.scenario), ask.reply) for ask in asks]
    different = dict(zip(keys, asks, strict=True))
    found = {key: likeness(ask.scenario, ask.reply) for key, ask in different.items()}
    return [found[key] for key in keys]


def _reading(
    weights: Weights, degrees: Iterable[float], choices: Iterable[dict[str, float]]
) -> Reading:
    read: dict[str, Any] = {
        name: _degree(value, *weights.middle[name])
        for name, value in zip(DEGREES, degrees, strict=True)
    }
    read |= {
        kind: choice_of(said, weights.middle[kind][1])
        for kind, said in zip(CHOICES, choices, strict=True)
    }
    return Reading(**read)


def act_probabilities(weights: Weights, raw: Values, marks: Values) -> list[dict[str, float]]:
    """How probable each act is of N replies, by the first heads (N, H) and by what detectors find
    (N, M)."""
    rows = np.concatenate([raw[:, ACT_COLUMNS], marks], axis=1)
    found = _probabilities(row_by_row(rows, weights.acts) + weights.acts_bias, ACTS, 1.0)
    partly = sigmoid(row_by_row(rows, weights.partly[:, None]) + weights.partly_bias)
    return [*map(_parted, found, partly[:, 0].tolist())]


def _parted(acts: dict[str, float], partly: float) -> dict[str, float]:
    refuses = acts["refuse"] + acts["partly"]
    return acts | {"refuse": refuses * (1 - partly), "partly": refuses * partly}


def _probabilities(raw: Values, words: Sequence[str], sharpness: float) -> list[dict[str, float]]:
    scores = np.exp(sharpness * (raw - raw.max(axis=1, keepdims=True)))
    shares = scores / scores.sum(axis=1, keepdims=True)
    return [dict(zip(words, row, strict=True)) for row in shares.tolist()]


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
