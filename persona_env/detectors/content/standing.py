"""Whether most of a text is said at all: not taken back, and not the comments of a program."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from persona_env.detectors.content.denial import withdrawn
from persona_env.text.spans import READINGS, Span, word_count

MOST = 0.5
"""The share of the words from which a message does not stand."""
_CODE = re.compile(r"```[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
_COMMENT = re.compile(r"^[^\S\n]*(?:#|//|--|;|%)[^\n]*", re.MULTILINE)


@lru_cache(maxsize=READINGS)
def unsaid(text: str) -> tuple[Span, ...]:
    """Reads where most of a text stands that it takes back, or that is a comment in its code.

    Empty where that is less than half of the words. Validity: comments are exact; plain frames are
    seen and most others are not: 13 of 92 retractions that writers of the bank put into good
    replies, and none of 10,740 good texts.

    >>> unsaid("It is Rome. Forget all that, I made it up.")
    ((0, 12),)
    >>> unsaid("None of this is new. It is Rome, as you know.")
    ()
    """
    for spans in (withdrawn(text), _comments(text)):
        if spans and _words(text, spans) >= MOST * word_count(text):
            return spans
    return ()


def _comments(text: str) -> tuple[Span, ...]:
    if "```" not in text:
        return ()
    blocks = [found.span(1) for found in _CODE.finditer(text)]
    return tuple([c.span() for block in blocks for c in _COMMENT.finditer(text, *block)])


def _words(text: str, spans: Iterable[Span]) -> int:
    """The words within any of the spans."""
    kept, reach = 0, 0
    for start, end in sorted(spans):
        if end > reach:
            kept += word_count(text[max(start, reach) : end])
            reach = end
    return kept
