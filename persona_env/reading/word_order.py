"""Whether the words of a text stand in an order in which people put them.

A small linear head weighs each joint of two words by the words on both sides, or by their form
where they are rare: so it knows how sentences are built and little of what they are about.
``word_order.safetensors`` is written by ``scripts/train_order.py``; ``docs/heads.md`` has its card.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.reading.fields import UNREAD, Degree
from persona_env.reading.joints import FEWEST, Joints, joints_of
from persona_env.reading.language_id import languages_of, share_in
from persona_env.text.prose import own_prose
from persona_env.text.spans import READINGS, Span, word_count

FILE = Path(__file__).with_name("word_order.safetensors")
CHUNK = 24  # joints that are judged together
SURE = 0.995  # the probability from which a chunk is out of order
LIKELY = 0.98  # the probability from which that of a whole text counts
HALF = 0.5  # the share of a text out of order from which none of it stands
LEAST = 0.3  # a smaller share is left alone
NAME = "order"
SPOKEN = 0.7  # the share of a text in languages that the head was trained on
Values = npt.NDArray[np.float32]


class OrderReading(NamedTuple):
    """How probable it is that a text is out of order, how much of it is, and where.

    ``probability`` is that of the whole text (``None``: unread), ``disorder`` from 0 for no sign of
    it to 1 for words in no order.
    """

    probability: float | None
    disorder: float
    spans: tuple[Span, ...]


_UNREAD = OrderReading(None, 0.0, ())


class Weights(NamedTuple):
    """``joints`` (SIZE,) of the features of joints; ``scale`` (4,) of the mean of n joints, of that
    times the root of n, of that root, and of 1, the log odds of being out of order; of the ``kept``
    words the form is the word; ``languages`` are those of the texts it was trained on."""

    joints: Values
    scale: Values
    kept: frozenset[int]
    languages: frozenset[str]


@lru_cache(maxsize=4)
def load_weights(path: Path = FILE) -> Weights:
    """The shipped head, or that of another file."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        codes: list[str] = json.loads((file.metadata() or {})["languages"])
        joints, scale, kept = (file.get_tensor(name) for name in ("joints", "scale", "kept"))
    return Weights(
        joints.astype(np.float32), scale.astype(np.float32), frozenset(kept.tolist()),
        frozenset(codes),
    )  # fmt: skip


def in_order(texts: Sequence[str]) -> list[Degree]:
    """How far texts stand, as far as the order of their words tells; unread where it is in order.

    >>> in_order(["The kettle clicks off by itself as soon as the water boils."])[0].is_read
    False
    """
    return [
        Degree(round(1 - found.disorder, 4), NAME, found.spans) if found.disorder else UNREAD
        for found in word_orders(texts)
    ]


@lru_cache(maxsize=READINGS)
def word_order(text: str) -> OrderReading:
    """Reads where words stand in no order; unread: a short text, one in a language not known here.

    Code, tables and quotations are left out.
    """
    return word_orders([text])[0]


def word_orders(texts: Sequence[str]) -> list[OrderReading]:
    """:func:`word_order` of each text; the joints of all are hashed together."""
    return word_orders_by(load_weights(), texts)


def word_orders_by(weights: Weights, texts: Sequence[str]) -> list[OrderReading]:
    """:func:`word_orders` by another head."""
    proses = [prose if word_count(prose := own_prose(text)) >= FEWEST else "" for text in texts]
    joints = joints_of(proses, weights.kept)
    return [*map(_order_by, repeat(weights), texts, joints)]


def _order_by(weights: Weights, text: str, joints: Joints) -> OrderReading:
    found = weights.joints.take(joints.keys).sum(0)
    if len(found) < FEWEST - 1:
        return _UNREAD
    starts = np.arange(0, max(1, len(found) - CHUNK // 2), CHUNK)
    sizes = np.diff(np.append(starts, len(found)))
    sums = np.append(np.add.reduceat(found, starts), found.sum())
    *parts, whole = probabilities(sums, np.append(sizes, len(found)), weights).tolist()
    bad = [place for place, part in enumerate(parts) if part >= SURE]
    share = sum(sizes[bad].tolist()) / len(found)
    disorder = max(whole * (whole >= LIKELY), min(1.0, share / HALF) * (share >= LEAST))
    if not disorder:
        return OrderReading(whole, 0.0, ())
    if share_in(languages_of(text), weights.languages) < SPOKEN:
        return _UNREAD
    lasts = [*(starts[1:] - 1).tolist(), -1]
    where = [joints.span(starts[place], lasts[place]) for place in bad]
    return OrderReading(whole, disorder, _joined(where or [joints.span(0, -1)]))


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """Spans of which those that touch are one."""
    found: list[Span] = []
    for start, end in spans:
        first = found.pop()[0] if found and start <= found[-1][1] else start
        found.append((first, end))
    return tuple(found)


def probabilities(sums: Values, sizes: npt.NDArray[np.intp], weights: Weights) -> Values:
    """How probable it is that runs of joints with these sums are out of order."""
    return sigmoid(terms_of(sums, sizes) @ weights.scale)


def terms_of(sums: Values, sizes: npt.NDArray[np.intp]) -> Values:
    """What ``scale`` weighs of runs of joints with these sums: ``float32 of shape (R, 4)``."""
    mean, root = sums / sizes, np.sqrt(sizes)
    return np.stack([mean, mean * root, root, np.ones_like(mean)], axis=1).astype(np.float32)


def sigmoid(values: Values) -> Values:
    """1 / (1 + exp(-x)), elementwise."""
    return np.asarray(1 / (1 + np.exp(-values.clip(-30, 30))), np.float32)
