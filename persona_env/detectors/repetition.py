"""Words that a reply says again."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from persona_env.detectors.text import (
    READINGS,
    Span,
    cjk_count,
    folded_words,
    is_cjk,
    sentence_spans,
    word_spans,
)

_WORD_GRAM, _CJK_GRAM = 3, 4


@dataclass(frozen=True, slots=True)
class RepetitionReading:
    """The share of words that repeat, in [0, 1], and where they stand."""

    share: float
    spans: tuple[Span, ...]


@lru_cache(maxsize=READINGS)
def repetition(text: str) -> RepetitionReading:
    """Reads the share of words in sentences or 3-grams that occurred before (Chinese: 4-grams).

    The first occurrence is free. Validity: exact by definition; whether people mind is not
    validated. Source: the distinct-n family of measures (Li et al. 2016, arXiv 1510.03055).

    >>> repetition("Go on now. Go on now.").share
    0.5
    """
    items, keys = word_spans(text), folded_words(text)
    if not items or len(set(keys)) == len(keys):
        return RepetitionReading(0.0, ())
    marked = _sentences(text, items, keys)
    if cjk_count(text) or not _all_differ(keys):
        marked |= _grams(keys)
    return RepetitionReading(len(marked) / len(items), _runs(items, marked))


def _all_differ(keys: Sequence[str]) -> bool:
    """Whether no gram of words occurs twice: the quick test, which most replies pass."""
    grams = list(zip(*(keys[start:] for start in range(_WORD_GRAM)), strict=False))
    return len(set(grams)) == len(grams)


def _grams(keys: Sequence[str]) -> set[int]:
    seen: set[Hashable] = set()
    marked: set[int] = set()
    for start, key in enumerate(keys):
        size = _CJK_GRAM if is_cjk(key[0]) else _WORD_GRAM
        gram = tuple(keys[start : start + size])
        if len(gram) < size:
            continue
        if gram in seen:
            marked.update(range(start, start + size))
        seen.add(gram)
    return marked


def _sentences(text: str, items: Sequence[Span], keys: Sequence[str]) -> set[int]:
    seen: set[Hashable] = set()
    marked: set[int] = set()
    ends = [end for _, end in items]
    start = 0
    for _, end in sentence_spans(text):
        stop = bisect(ends, end)
        said = tuple(keys[start:stop])
        if said in seen:
            marked.update(range(start, stop))
        if said:
            seen.add(said)
        start = stop
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
