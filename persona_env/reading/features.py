"""Features of a text for linear heads: hashed n-grams, and a few counts.

Character n-grams of two to five and word n-grams of one to three are hashed into
:data:`SIZE` buckets (the hashing trick, Weinberger et al. 2009, without signs), with those of the
first and of the last sentence once more in buckets of their own. Counts are damped by 1 + log and
each text has length 1. Chinese characters are words.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.text.spans import CJK, sentence_spans, word_count

SIZE = 1 << 15
"""Buckets of n-grams."""
_ORDERS = (2, 3, 4, 5)
_WORD = re.compile(rf"[{CJK}]|[^\W\d_{CJK}]+(?:['’][^\W\d_{CJK}]+)*|\d+|[^\w\s]")
_BLANKS = re.compile(r"\s+")
_LATIN = re.compile(rf"[^\W\d_{CJK}]+")
_CJK = re.compile(f"[{CJK}]")
_BULLET = re.compile(r"(?m)^\s*[-*•]\s")
_STEP = re.compile(r"(?m)^\s*\d+[.)、]")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")
_MIX = np.uint32(0x9E3779B1)
Indices = npt.NDArray[np.intp]
Values = npt.NDArray[np.float32]

COUNTS = (
    "log_words", "word_length", "sentence_length", "exclamations", "questions", "lines", "bullets",
    "steps", "digits", "emoji", "stars", "is_han", "prompt_in_reply", "prompt_in_last",
    "last_in_rest",
)  # fmt: skip
"""The counts of :func:`counts_of`, in order."""


class Sparse(NamedTuple):
    """Buckets and their values, ``intp`` and ``float32 of shape (n,)``."""

    indices: Indices
    values: Values


def sentence_ngrams(sentence: str) -> Sparse:
    """The hashed n-grams of one sentence, of length 1: up to three words, three or four letters."""
    low = sentence.lower()
    words = _words(low)
    pieces = [_characters(low, order) for order in (3, 4)]
    pieces += [_joined(words, order, 101 + order) for order in (1, 2, 3)]
    return _counted(np.concatenate(pieces))


def ngrams(text: str) -> Sparse:
    """The hashed n-grams of a text, of length 1.

    >>> found = ngrams("I like tea.")
    >>> bool(0.999 < float((found.values**2).sum()) < 1.001)
    True
    """
    low = text.lower()
    pieces = [_characters(low, order) for order in _ORDERS]
    words = _words(low)
    pieces += [_joined(words, order, 101 + order) for order in (1, 2, 3)]
    spans = sentence_spans(low)
    if spans:
        first, last = _words(low[slice(*spans[0])]), _words(low[slice(*spans[-1])])
        pieces += [_joined(first, 1, 211), _joined(first, 2, 212)]
        pieces += [_joined(last, 1, 221), _joined(last, 2, 222)]
    return _counted(np.concatenate(pieces))


def _characters(low: str, order: int) -> npt.NDArray[np.uint32]:
    text = f" {_BLANKS.sub(' ', low).strip()} "
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    return _joined(codes, order, order)


def _words(low: str) -> npt.NDArray[np.uint32]:
    return np.array([zlib.crc32(word.encode()) for word in _WORD.findall(low)], np.uint32)


def _joined(units: npt.NDArray[np.uint32], order: int, salt: int) -> npt.NDArray[np.uint32]:
    """A hash for each run of ``order`` units."""
    count = len(units) - order + 1
    if count < 1:
        return np.zeros(0, np.uint32)
    found = np.full(count, salt, np.uint32)
    for place in range(order):
        found = (found ^ units[place : place + count]) * _MIX
        found ^= found >> np.uint32(15)
    return found


def _counted(hashes: npt.NDArray[np.uint32]) -> Sparse:
    indices, counts = np.unique((hashes % np.uint32(SIZE)).astype(np.intp), return_counts=True)
    values = (1.0 + np.log(counts)).astype(np.float32)
    length = float(np.sqrt((values**2).sum())) or 1.0
    return Sparse(indices, values / np.float32(length))


def counts_of(prompt: str, reply: str) -> Values:
    """The counts of :data:`COUNTS`: ``float32 of shape (15,)``, not scaled yet."""
    words = max(1.0, word_count(reply))
    letters = [len(word) for word in _LATIN.findall(reply)]
    spans = sentence_spans(reply)
    last = reply[slice(*spans[-1])] if spans else ""
    asked, said, end = _content(prompt), _content(reply), _content(last)
    rest = _content(reply[: spans[-1][0]]) if spans else frozenset()
    return np.array(
        [
            np.log1p(words),
            sum(letters) / len(letters) if letters else 0.0,
            np.log1p(words / max(1, len(spans))),
            np.log1p(reply.count("!") + reply.count("！")),
            np.log1p(reply.count("?") + reply.count("？")),
            np.log1p(reply.count("\n")),
            np.log1p(len(_BULLET.findall(reply))),
            np.log1p(len(_STEP.findall(reply))),
            np.log1p(sum(map(str.isdigit, reply))),
            np.log1p(len(_EMOJI.findall(reply))),
            np.log1p(reply.count("*")),
            float(len(_CJK.findall(reply)) > len(letters)),
            len(asked & said) / max(1, len(asked)),
            len(asked & end) / max(1, len(asked)),
            len(end & rest) / max(1, len(end)),
        ],
        np.float32,
    )


@lru_cache(maxsize=2048)
def _content(text: str) -> frozenset[str]:
    return frozenset(w for w in _WORD.findall(text.lower()) if len(w) > 3 or _CJK.match(w))


def sentence_features(prompt: str, reply: str) -> list[tuple[Sparse, Values]]:
    """For each sentence its n-grams, and where it stands and what it shares with the rest."""
    spans = sentence_spans(reply)
    asked = _content(prompt)
    words = [_content(reply[slice(*span)]) for span in spans]
    found = []
    for place, span in enumerate(spans):
        rest: frozenset[str] = frozenset().union(*words[:place], *words[place + 1 :])
        found.append((sentence_ngrams(reply[slice(*span)]), _place(place, words, asked, rest)))
    return found


def _place(
    place: int, words: Sequence[frozenset[str]], asked: frozenset[str], rest: frozenset[str]
) -> Values:
    own = words[place]
    return np.array(
        [
            place == 0,
            place == len(words) - 1,
            place / len(words),
            np.log1p(len(own)),
            len(own & asked) / max(1, len(own)),
            len(own & rest) / max(1, len(own)),
        ],
        np.float32,
    )
