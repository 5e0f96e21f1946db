"""The joints of the words of texts, hashed: what the head of the order of words weighs."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.text.spans import PerWord, Span, cjk_count, fold, is_cjk, word_spans

SIZE = 1 << 17
"""Buckets of the features of joints."""
FEWEST = 6  # words of a text that is read
_SUFFIX, _SHORT = 3, 4  # letters: of a rare word its end is kept, of a short one its length
_MIX, _SHIFT = np.uint32(0x9E3779B1), np.uint32(15)
_NONE, _BLANK, _LINE, _OTHER, _EDGE, _NUMBER = 0, 1, 2, 5, 6, 7
_GAPS = (("\n", _LINE), (".!?。！？…", 3), (",;:，、；：", 4))
_UNHEARD = str.maketrans("", "", '*_#[](){}<>"“”«»「」『』《》')
_NOBODY = bytes(12)
Units = npt.NDArray[np.uint32]
Places = npt.NDArray[np.intp]


class Joints(NamedTuple):
    """The n joints of the words of a text.

    ``keys`` are the buckets of each, ``uint32 of shape (K, n)``; ``firsts``, ``intp of shape
    (n,)``, says which of the ``words``, spans, comes before the joint.
    """

    keys: Units
    firsts: Places
    words: list[Span]

    def span(self, first: int, last: int) -> Span:
        """From the word before one joint to the word behind another."""
        before, behind = self.firsts[[first, last]].tolist()
        return self.words[before][0], self.words[behind + 1][1]


def joints_of(texts: Sequence[str], kept: frozenset[int], with_names: bool = False) -> list[Joints]:
    """For each text each two neighbouring words of a line, without those that were neighbours
    before; all texts are hashed in the same few calls of numpy.

    Two words with capitals are a name or items of a list, which have no order: they are left out,
    too, but in training. A number is a gap between words, and a text of fewer than :data:`FEWEST`
    words has no joints. What a joint is hashed of: both words, both forms, either word and the
    other's form, capitals; and the form, or the word, on the one or the other side of both.
    """
    words = [*map(_words_of, texts)]
    said = [pair for pair in zip(texts, words, strict=True) if pair[1]]
    ids, gaps = _ids(said, kept), _gaps(said)
    keys = _keys(ids, gaps)
    counts = np.array([*map(len, words)], np.intp)
    sizes = np.maximum(counts - 1, 0)
    owners = np.repeat(np.arange(len(texts)), sizes)
    at = np.arange(len(owners)) + 2 * (np.cumsum(counts > 0) - 1)[owners]  # two words behind each
    first = np.unique((owners << 32) + keys[0, at], return_index=True)[1]
    first.sort()
    is_kept = gaps[at + 1] != _LINE
    if not with_names:
        capitals = ids[:, 2] > 0
        is_kept &= ~(capitals[at + 1] & capitals[at + 2])
    first = first[is_kept[first]]
    keys, begins = keys[:, at[first]], np.cumsum(sizes) - sizes
    ends = np.searchsorted(first, [*begins, len(owners)]).tolist()
    return [
        Joints(keys[:, start:end], first[start:end] - begin, own)
        for (start, end), begin, own in zip(pairwise(ends), begins.tolist(), words, strict=True)
    ]


def _words_of(text: str) -> list[Span]:
    spans = [span for span in word_spans(text) if not text[span[0]].isdigit()]
    return spans if len(spans) >= FEWEST else []


Said = Iterable[tuple[str, list[Span]]]
"""Texts, and the spans of their words."""


def _ids(said: Said, kept: frozenset[int]) -> Units:
    """A row for each word and for what stands between texts: ``uint32 of shape (R, 3)``."""
    table = _table(kept)
    rows = [b"".join([table[text[start:end]] for start, end in spans]) for text, spans in said]
    return np.frombuffer(_NOBODY.join([b"", *rows, b""]), "<u4").reshape(-1, 3)


def _gaps(said: Said) -> Units:
    """What stands between each two rows: ``uint32 of shape (R - 1,)``."""
    edge = _coded(_EDGE)
    rows = [
        [_gap[text[end:start]] for (_, end), (start, _) in pairwise(spans)] for text, spans in said
    ]
    return np.frombuffer(b"".join([code for row in rows for code in (edge, *row, edge)]), "<u4")


def _keys(ids: Units, gaps: Units) -> Units:
    """The buckets of the joint between each two rows that have a row on both sides."""
    word, form, case = np.ascontiguousarray(ids.T)
    gap, words, forms = gaps[1:-1], word[2:-1], form[2:-1]
    before, after, of_word, of_form, of_case = _mixed(
        [form[:-3], form[3:], word[1:-2], form[1:-2], case[1:-2] + 8 * case[2:-1]],
        [gaps[:-2], gaps[2:], gap, gap, gap],
    )
    both, pair, to_form, to_word, cases, behind = _mixed(
        [of_word, of_form, of_word, of_form, of_case, before],
        [words, forms, ~forms, ~words, forms, gap],
    )
    left, right, form_before, word_before = _mixed(
        [pair, pair, behind, both], [before, ~after, forms, word[:-3]]
    )
    found = np.array(
        [both, pair, to_form, to_word, left, right, cases, form_before, word_before], np.uint32
    )
    found &= np.uint32(SIZE - 1)
    return found


def _mixed(first: Sequence[Units], second: Sequence[Units]) -> Units:
    """Pairs of rows, hashed together."""
    found = np.array(first, np.uint32)
    found *= _MIX
    found ^= found >> _SHIFT
    found ^= np.array(second, np.uint32)
    found *= _MIX
    found ^= found >> _SHIFT
    return found


def _code(text: str) -> int:
    return zlib.crc32(text.encode())


def _coded(number: int) -> bytes:
    return number.to_bytes(4, "little")


def _gap_code(gap: str) -> bytes:
    plain = gap.translate(_UNHEARD)
    code = _NONE if not plain else _BLANK if plain == " " else _OTHER
    if code == _OTHER and any(map(str.isdigit, plain)):
        code = _NUMBER
    elif code == _OTHER:
        code = next((n for marks, n in _GAPS if {*plain} & {*marks}), _OTHER)
        code = _BLANK if not plain.strip(" ") else code
    return _coded(code)


_gap = PerWord(_gap_code)


@lru_cache(maxsize=8)
def _table(kept: frozenset[int]) -> PerWord[bytes]:
    """Of each word its hash, that of its form, and its capitals, four bytes each."""

    def codes(raw: str) -> bytes:
        word = fold(raw)
        own = _code(word)
        form = own if own in kept else _code(_form(word))
        case = 0 if raw == word else 1 if raw[1:] == word[1:] else 2
        return b"".join(map(_coded, (own, form, case)))

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
