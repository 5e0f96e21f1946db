"""Words that a reply says again."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Sequence
from functools import lru_cache
from itertools import compress
from operator import not_
from typing import NamedTuple

from persona_env.text.prose import own_prose
from persona_env.text.spans import (
    READINGS,
    Span,
    cjk_count,
    folded_words,
    is_cjk,
    sentence_words,
    word_count,
    word_spans,
)

_WORD_GRAM, _CJK_GRAM = 3, 4
_PASSAGE, _CJK_PASSAGE = 8, 12
LONG = 40  # words, for each of which a phrase may be said once more
_SENTENCE = 3  # words of a sentence that a long text may not say twice


class RepetitionReading(NamedTuple):
    """The share of words that repeat, in [0, 1], and where they stand."""

    share: float
    spans: tuple[Span, ...]


_NONE = RepetitionReading(0.0, ())


@lru_cache(maxsize=READINGS)
def repetition(text: str) -> RepetitionReading:
    """Reads the share of words in phrases and sentences that were said before.

    A phrase is three words, or four Chinese characters. Its first occurrence is free, and one more
    for each 40 words of the text, where 1.6 Chinese characters are a word. In a text of 40 words or
    more, passages of eight words (twelve characters) count from the second time, sentences of one
    or two words do not. Code, formulas, tables, addresses and quotations are not read. Validity:
    exact by definition; whether people mind is not validated. Source: the distinct-n family of
    measures (Li et al. 2016, arXiv 1510.03055).

    >>> repetition("Go on now. Go on now.").share
    0.5
    """
    text = own_prose(text)
    keys = folded_words(text)
    again = len(keys) - len({*keys})
    if not again:
        return _NONE
    more = word_count(text) // LONG
    marked = _sentences(text, keys, _SENTENCE if more else 1)
    if again >= _WORD_GRAM and not _all_differ(keys):
        starts = _starts(text, keys)
        marked |= _grams(keys, starts, (_WORD_GRAM, _CJK_GRAM), 1 + more)
        marked |= _grams(keys, starts, (_PASSAGE, _CJK_PASSAGE), 1) if more else set()
    if not marked:
        return _NONE
    return RepetitionReading(len(marked) / len(keys), _runs(word_spans(text), marked))


def _all_differ(keys: Sequence[str]) -> bool:
    """Whether no three words occur twice, nor so more: the quick test, which most replies pass."""
    return len({*zip(keys, keys[1:], keys[2:], strict=False)}) == len(keys) - 2


def _grams(
    keys: tuple[str, ...], starts: Sequence[Sequence[int]], sizes: tuple[int, int], free: int
) -> set[int]:
    """The places of words in grams that occurred ``free`` times before."""
    marked: set[int] = set()
    for places, size in zip(starts, sizes, strict=True):
        grams = [keys[at : at + size] for at in places[: bisect_right(places, len(keys) - size)]]
        counts = Counter(grams) if len({*grams}) < len(grams) else {}
        often = {gram: 0 for gram, count in counts.items() if count > free}
        for start, gram in zip(places, grams, strict=False) if often else ():
            if gram in often:
                if often[gram] >= free:
                    marked.update(range(start, start + size))
                often[gram] += 1
    return marked


def _starts(text: str, keys: Sequence[str]) -> tuple[Sequence[int], Sequence[int]]:
    """The places of Latin words, and those of Chinese characters."""
    if not cjk_count(text):
        return range(len(keys)), ()
    chinese = [is_cjk(key[0]) for key in keys]
    every = range(len(keys))
    return [*compress(every, map(not_, chinese))], [*compress(every, chinese)]


def _sentences(text: str, keys: Sequence[str], least: int) -> set[int]:
    seen: set[Hashable] = set()
    marked: set[int] = set()
    for start, stop in sentence_words(text):
        said = tuple(keys[start:stop])
        if len(said) < least:
            continue
        if said in seen:
            marked.update(range(start, stop))
        seen.add(said)
    return marked


def _runs(items: Sequence[Span], marked: set[int]) -> tuple[Span, ...]:
    """Neighbouring marked words as one span."""
    spans: list[Span] = []
    for index in sorted(marked):
        if spans and index - 1 in marked:
            spans[-1] = (spans[-1][0], items[index][1])
        else:
            spans.append(items[index])
    return tuple(spans)
