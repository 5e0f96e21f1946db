"""Hashed n-grams of many bags of letters and words at once: the hashing trick without signs.

Weinberger et al. 2009. All bags are hashed and counted in the same few calls of numpy, which cost
more than the work itself on one sentence.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.text.spans import PerWord

SIZE = 1 << 15
"""Buckets of n-grams."""
_BUCKET = np.uint32(SIZE - 1)
_MIX, _SHIFT = np.uint32(0x9E3779B1), np.uint32(15)
Indices = npt.NDArray[np.intp]
Values = npt.NDArray[np.float32]
Units = npt.NDArray[np.uint32]
_word_hash = PerWord(lambda word: zlib.crc32(word.encode()).to_bytes(4, "little"))


class Sparse(NamedTuple):
    """Buckets and their values, ``intp`` and ``float32 of shape (n,)``."""

    indices: Indices
    values: Values


def hashed(words: Iterable[str]) -> bytes:
    """The hash of each word (crc32), four bytes each."""
    return b"".join(map(_word_hash.__getitem__, words))


class Words(NamedTuple):
    """:func:`hashed` words of which runs of ``fewest`` to ``most`` are counted, with a salt."""

    words: bytes
    fewest: int
    most: int
    salt: int


class Bag(NamedTuple):
    """What is counted together: runs of ``fewest`` to ``most`` letters, and runs of words.

    White space between letters is one blank, and one stands at both ends.
    """

    letters: str
    fewest: int
    most: int
    words: tuple[Words, ...]


TOGETHER = 64
"""Bags that are counted in one go: so the arrays fit a processor's cache."""


def counted(bags: Sequence[Bag]) -> list[Sparse]:
    """How often each run occurs in each bag, damped by 1 + log; each bag has length 1."""
    starts = range(0, len(bags), TOGETHER)
    return [one for start in starts for one in _counted(bags[start : start + TOGETHER])]


def _counted(bags: Sequence[Bag]) -> Iterator[Sparse]:
    keys = np.concatenate([_letter_keys(bags), _word_keys(bags)])
    keys.sort()
    edges = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1], [True]]))
    found, counts = keys[edges[:-1]], np.diff(edges)
    indices, values = (found & _BUCKET).astype(np.intp), (1.0 + np.log(counts)).astype(np.float32)
    places = np.searchsorted(found, np.arange(len(bags) + 1) * SIZE).tolist()
    squares = values**2
    parts = [slice(*pair) for pair in pairwise(places)]
    lengths = np.sqrt([squares[part].sum() for part in parts])
    values /= np.repeat(lengths, np.diff(places))
    return (Sparse(indices[part], values[part]) for part in parts)


def _letter_keys(bags: Sequence[Bag]) -> Units:
    texts = [f" {' '.join(bag.letters.split())} " for bag in bags]
    units = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32)
    parts = [
        (len(text), bag.fewest, bag.most, 0, number * SIZE)
        for number, (bag, text) in enumerate(zip(bags, texts, strict=True))
    ]
    return _keys(units, parts)


def _word_keys(bags: Sequence[Bag]) -> Units:
    lists = [(number * SIZE, one) for number, bag in enumerate(bags) for one in bag.words]
    units = np.frombuffer(b"".join([one.words for _, one in lists]), "<u4")
    parts = [(len(one.words) // 4, *one[1:], first) for first, one in lists]
    return _keys(units, parts)


def _keys(units: Units, parts: Sequence[tuple[int, int, int, int, int]]) -> Units:
    """The bucket of each run that lies within a part, on top of the first bucket of its bag.

    A part has its size, the fewest and the most units of a run, the salt, and that first bucket.
    """
    if not parts:
        return units
    table = np.array(parts, np.uint32).T
    sizes, orders = table[0], np.arange(table[1].min(), table[2].max() + 1, dtype=np.uint32)
    left = np.repeat(np.cumsum(sizes, dtype=np.uint32), sizes)
    left -= np.arange(len(units), dtype=np.uint32)
    fewest, most, salt, first = np.repeat(table[1:], sizes, axis=1)
    lasts = orders[:, None]
    keys = (_hashes(units, orders, salt) & _BUCKET) + first
    found: Units = keys[(fewest <= lasts) & (lasts <= np.minimum(left, most))]
    return found


def _hashes(units: Units, orders: Units, salt: Units) -> Units:
    """The hash of the run of each order that begins at each unit, ``uint32 of shape (k, n)``."""
    found = orders[:, None] + salt
    padded = np.concatenate([units, np.zeros(orders[-1], np.uint32)])
    for place in range(orders[-1]):
        longer = found[max(0, place + 1 - int(orders[0])) :]  # the orders that have a unit there
        longer ^= padded[place : place + len(units)]
        longer *= _MIX
        longer ^= longer >> _SHIFT
    return found
