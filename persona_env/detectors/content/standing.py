"""Whether most of a text is said at all: not taken back, and not the comments of a program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from persona_env.text.lexicon import hits, may_hold, pattern
from persona_env.text.spans import READINGS, Span, fold, word_count

MOST = 0.5
"""The share of the words from which a message does not stand."""
_CODE = re.compile(r"(?<![`~])(`{3,}+|~{3,}+)[^`~\n]*\n(.*?)(?:\1|\Z)", re.DOTALL)
_COMMENT = re.compile(r"^[^\S\n]*(?:#|//|--|;|%)[^\n]*", re.MULTILINE)


@lru_cache(maxsize=READINGS)
def withdrawn(text: str) -> tuple[Span, ...]:
    """Reads what a text itself calls false or takes back: what follows, or all that was said.

    A part of :func:`~persona_env.detectors.content.denial.denied`, which also reads clauses,
    questions and quotations.

    >>> withdrawn("It is Rome. Forget all that.")
    ((0, 12),)
    """
    found: list[Span] = []
    if may_hold(text, "doubt"):
        found += [*_announced(text, "denies_what_follows")]
        found += [(0, start) for start, _ in hits(text, "denies_what_was_said")]
    found += _announced(text, "frames_what_follows")
    found += [(0, start) for start, _ in hits(text, "takes_back")]
    return tuple([(start, end) for start, end in found if start < end])


@lru_cache(maxsize=READINGS)
def unsaid(text: str) -> tuple[Span, ...]:
    """Reads where most of a text stands that it takes back, or that is a comment in its code.

    Empty where that is less than half of the words. Validity: comments are exact; plain frames are
    seen and most others are not: 13 of 92 retractions that writers of the bank put into good
    replies, and none of 10,740 good texts.

    >>> unsaid("It is Rome. Forget all that.")
    ((0, 12),)
    >>> unsaid("None of this is new. It is Rome, as you know.")
    ()
    """
    for spans in (withdrawn(text), _comments(text)):
        if spans and _words(text, spans) >= MOST * word_count(text):
            return spans
    return ()


def _comments(text: str) -> tuple[Span, ...]:
    if "```" not in text and "~~~" not in text:
        return ()
    blocks = [found.span(2) for found in _CODE.finditer(text)]
    return tuple([c.span() for block in blocks for c in _COMMENT.finditer(text, *block)])


def _words(text: str, spans: Iterable[Span]) -> int:
    """The words within any of the spans."""
    kept, reach = 0, 0
    for start, end in sorted(spans):
        if end > reach:
            kept += word_count(text[max(start, reach) : end])
            reach = end
    return kept


def _announced(text: str, name: str) -> Iterator[Span]:
    folded = fold(text)
    for _, end in hits(text, name):
        start = end + len(folded[end:]) - len(folded[end:].lstrip(" \t\n:,"))
        turn = pattern("turn").search(folded, start)
        close = _closing_mark(folded, start)
        yield start, close or (turn.start() if turn else len(folded))


def _closing_mark(folded: str, start: int) -> int:
    """Where the quotation ends that begins at ``start``; 0 if none does."""
    if not folded.startswith('"', start):
        return 0
    last = len(folded.rstrip()) - 1
    close = last if folded[last] == '"' and last > start else folded.find('"', start + 1)
    return max(close, 0)
