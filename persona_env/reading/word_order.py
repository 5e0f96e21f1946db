"""Whether the words of a text stand in an order in which people put them.

A small linear head weighs each joint of two words by the words on both sides, or by their form
where they are rare: so it knows how sentences are built and little of what they are about.
``word_order.safetensors`` is written by ``scripts/train_order.py``; ``docs/heads.md`` has its card.
"""

from __future__ import annotations

import json
import zlib
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.reading.fields import UNREAD, Degree
from persona_env.reading.language_id import languages_of, share_in
from persona_env.text.prose import own_prose
from persona_env.text.spans import (
    READINGS,
    PerWord,
    Span,
    cjk_count,
    fold,
    is_cjk,
    word_count,
    word_spans,
)

FILE = Path(__file__).with_name("word_order.safetensors")
SIZE = 1 << 17
"""Buckets of the features of joints."""
FEWEST = 6  # words of a text that is read
CHUNK = 24  # joints that are judged together
SURE = 0.995  # the probability from which a chunk is out of order
LIKELY = 0.98  # the probability from which that of a whole text counts
HALF = 0.5  # the share of a text out of order from which none of it stands
LEAST = 0.3  # a smaller share is left alone
NAME = "order"
SPOKEN = 0.7  # the share of a text in languages that the head was trained on
_SUFFIX, _SHORT = 3, 4  # letters: of a rare word its end is kept, of a short one its length
_MIX, _SHIFT = np.uint32(0x9E3779B1), np.uint32(15)
_NONE, _BLANK, _LINE, _OTHER, _EDGE, _NUMBER = 0, 1, 2, 5, 6, 7
_GAPS = (("\n", _LINE), (".!?。！？…", 3), (",;:，、；：", 4))
_UNHEARD = str.maketrans("", "", '*_#[](){}<>"“”«»「」『』《》')
Units = npt.NDArray[np.uint32]
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


def in_order(text: str) -> Degree:
    """How far a text stands, as far as the order of its words tells; unread where it is in order.

    >>> in_order("The kettle clicks off by itself as soon as the water boils.").is_read
    False
    """
    found = word_order(text)
    return Degree(round(1 - found.disorder, 4), NAME, found.spans) if found.disorder else UNREAD


@lru_cache(maxsize=READINGS)
def word_order(text: str) -> OrderReading:
    """Reads where words stand in no order; unread: a short text, one in a language not known here.

    Code, tables and quotations are left out.
    """
    return word_order_by(load_weights(), text)


def word_order_by(weights: Weights, text: str) -> OrderReading:
    """:func:`word_order` by another head."""
    prose = own_prose(text)
    if word_count(prose) < FEWEST:
        return _UNREAD
    keys, spans = joints_of(prose, weights.kept)
    if len(spans) < FEWEST - 1:
        return _UNREAD
    found = weights.joints.take(keys).sum(0)
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
    where = [(spans[starts[at]][0], spans[lasts[at]][1]) for at in bad]
    return OrderReading(whole, disorder, _joined(where or [(spans[0][0], spans[-1][1])]))


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


class Joints(NamedTuple):
    """The joints of words: ``keys`` are the buckets of each, ``uint32 of shape (K, n)``, ``spans``
    reach from the one word to the end of the other."""

    keys: Units
    spans: list[Span]


def joints_of(prose: str, kept: frozenset[int], with_names: bool = False) -> Joints:
    """Each two neighbouring words of a line, those that were neighbours before left out.

    Two words with capitals are a name or items of a list, which have no order: they are left out,
    too, but in training. A number is a gap between words. What a joint is hashed of: both words,
    both forms, either word and the other's form, capitals; and the form, or the word, on the one
    or the other side of both.
    """
    spans = [span for span in word_spans(prose) if not prose[span[0]].isdigit()]
    if len(spans) < FEWEST:
        return Joints(np.zeros((1, 0), np.uint32), [])
    table = _table(kept)
    said = b"".join([table[prose[start:end]] for start, end in spans])
    gaps = b"".join([_gap[prose[end:start]] for (_, end), (start, _) in pairwise(spans)])
    edge = np.zeros((1, 3), np.uint32)
    ids = np.concatenate([edge, np.frombuffer(said, "<u4").reshape(-1, 3), edge])
    between = np.concatenate([[_EDGE], np.frombuffer(gaps, "<u4"), [_EDGE]]).astype(np.uint32)
    keys = _keys(ids, between)
    first = np.sort(np.unique(keys[0], return_index=True)[1])
    is_kept = between[1:-1] != _LINE
    if not with_names:
        capitals = ids[1:-1, 2] > 0
        is_kept &= ~(capitals[:-1] & capitals[1:])
    first = first[is_kept[first]]
    where = [(spans[at][0], spans[at + 1][1]) for at in first.tolist()]
    return Joints(keys[:, first], where)


def _keys(ids: Units, gaps: Units) -> Units:
    word, form, case = np.ascontiguousarray(ids.T)
    before, after = _mixed(form[:-3], gaps[:-2]), _mixed(form[3:], gaps[2:])
    gap, words, forms = gaps[1:-1], word[2:-1], form[2:-1]
    of_word, of_form = _mixed(word[1:-2], gap), _mixed(form[1:-2], gap)
    both, pair = _mixed(of_word, words), _mixed(of_form, forms)
    found = np.stack(
        [
            both,
            pair,
            _mixed(of_word, ~forms),
            _mixed(of_form, ~words),
            _mixed(pair, before),
            _mixed(pair, ~after),
            _mixed(_mixed(case[1:-2] + 8 * case[2:-1], gap), forms),
            _mixed(_mixed(before, gap), forms),
            _mixed(both, word[:-3]),
        ]
    )
    found &= np.uint32(SIZE - 1)
    return found


def _mixed(first: Units, second: Units) -> Units:
    found = first * _MIX
    found ^= found >> _SHIFT
    found ^= second
    found *= _MIX
    found ^= found >> _SHIFT
    return found


def _code(text: str) -> int:
    return zlib.crc32(text.encode())


def _gap_code(gap: str) -> bytes:
    plain = gap.translate(_UNHEARD)
    code = _NONE if not plain else _BLANK if plain == " " else _OTHER
    if code == _OTHER and any(map(str.isdigit, plain)):
        code = _NUMBER
    elif code == _OTHER:
        code = next((n for marks, n in _GAPS if {*plain} & {*marks}), _OTHER)
        code = _BLANK if not plain.strip(" ") else code
    return code.to_bytes(4, "little")


_gap = PerWord(_gap_code)


@lru_cache(maxsize=8)
def _table(kept: frozenset[int]) -> PerWord[bytes]:
    """Of each word its hash, that of its form, and its capitals, four bytes each."""

    def codes(raw: str) -> bytes:
        word = fold(raw)
        own = _code(word)
        form = own if own in kept else _code(_form(word))
        case = 0 if raw == word else 1 if raw[1:] == word[1:] else 2
        return b"".join(n.to_bytes(4, "little") for n in (own, form, case))

    return PerWord(codes)


def word_code(word: str) -> int:
    """The number by which a folded word is kept."""
    return _code(word)


def _form(word: str) -> str:
    """What is left of a rare word: its end, or its length; of a character nothing."""
    if cjk_count(word):
        return "~"
    return f"-{word[-_SUFFIX:]}" if len(word) > _SHORT else f"~{len(word)}"


def is_spaceless(word: str) -> bool:
    """Whether a word is a character of a script without blanks."""
    return is_cjk(word[0])
