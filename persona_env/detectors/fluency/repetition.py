"""Words that a reply says again."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import NamedTuple

from persona_env.text.spans import READINGS, Span, folded_words, is_cjk, sentence_words, word_spans

_WORD_GRAM, _CJK_GRAM = 3, 4


class RepetitionReading(NamedTuple):
    """The share of words that repeat, in [0, 1], and where they stand."""

    share: float
    spans: tuple[Span, ...]


_NONE = RepetitionReading(0.0, ())


@lru_cache(maxsize=READINGS)
def repetition(text: str) -> RepetitionReading:
    """Reads the share of words in sentences or 3-grams that occurred before (Chinese: 4-grams).

    The first occurrence is free. Validity: exact by definition; whether people mind is not
    validated. Source: the distinct-n family of measures (Li et al. 2016, arXiv 1510.03055).

    >>> repetition("Go on now. Go on now.").share
    0.5
    """
    keys = folded_words(text)
    again = len(keys) - len({*keys})
    if not again:
        return _NONE
    marked = _sentences(text, keys)
    if again >= _WORD_GRAM and not _all_differ(keys):
        marked |= _grams(keys)
    if not marked:
        return _NONE
    return RepetitionReading(len(marked) / len(keys), _runs(word_spans(text), marked))


def _all_differ(keys: Sequence[str]) -> bool:
    """Whether no three words occur twice, nor so more: the quick test, which most replies pass."""
    return len({*zip(keys, keys[1:], keys[2:], strict=False)}) == len(keys) - 2


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


def _sentences(text: str, keys: Sequence[str]) -> set[int]:
    seen: set[Hashable] = set()
    marked: set[int] = set()
    for start, stop in sentence_words(text):
        said = tuple(keys[start:stop])
        if said in seen:
            marked.update(range(start, stop))
        if said:
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
