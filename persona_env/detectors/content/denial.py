"""Where a text calls what it says false, or puts it into somebody else's mouth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache

from persona_env.detectors.content.standing import unsaid, withdrawn
from persona_env.languages import HAN, LATIN, words
from persona_env.text.lexicon import hits, may_hold, pattern
from persona_env.text.phrases import Phrasings, find, first, phrasings_of
from persona_env.text.spans import READINGS, Span, fold, inside, quoted, sentence_spans, word_count

Read = Callable[[str, tuple[str, ...]], Span | None]
"""Where a text makes a point."""

_REACH = 3  # words
_LONGEST_NAME = 8  # words that may well be the answer in quotation marks
_LIST = re.compile(r"\s*:[ \t]*(?:\n\s*(?:[-*•]|\d{1,2}[.)、])[^\n]*)+")
_ALL_QUOTED = re.compile(r"\s*(?:\"[^\"]*\"|'(?:[^']|'(?=\w))*'|«[^»]*»)[.!]?\s*")
_ITEM = re.compile(r"\W*(?:[-*•]|\d{1,2}[.)、])\s")
_ASKS = re.compile(r"\?[\"')\]]*\Z")
_NEAR = 40  # letters in which a negation or a speaker is looked for


@lru_cache(maxsize=READINGS)
def denied(text: str) -> tuple[Span, ...]:
    """Reads the parts of a text that it calls false, asks, or quotes as another's words.

    An announcement ('It is false to say:', 'Only a fool believes this:') reaches to a turn ('In
    fact') or the end, 'it is not true that' to the end of its clause, a label ('Myth:') over its
    sentence or list, 'none of this is true' and 'forget all that' back to the start. A line of more
    than eight words, or a list, that is all one quotation counts as another's, and comments in code
    that are most of a text as hidden. Validity: proxy, hand-worked cases only; irony is not seen.

    >>> text = "It is false to say: it is Rome. In fact it is Paris."
    >>> [text[a:b] for a, b in denied(text)]
    ['it is Rome. ']
    """
    folded = fold(text)
    found = [*_quotations(text, folded), *withdrawn(text), *unsaid(text)]
    if "?" in folded:
        found += [s for s in sentence_spans(text) if _ASKS.search(folded[s[0] : s[1]])]
    if may_hold(text, "doubt"):
        found += [*_labelled(text, folded), *_clauses(text, folded)]
    return tuple([(start, end) for start, end in found if start < end])


def stated(text: str, phrasings: Iterable[str]) -> Span | None:
    """The first of what :func:`find` finds that is neither :func:`denied` nor right after a 'not'.

    >>> stated("It is false that it is Rome.", ["Rome"])
    >>> stated("It is not Rome but Paris.", ["Rome", "Paris"])
    (19, 24)
    """
    return _first(text, phrasings_of(phrasings), _is_behind_not)


def undenied(text: str, phrasings: Iterable[str]) -> Span | None:
    """The first of what :func:`find` finds that is not :func:`denied`.

    >>> undenied("It is false that it is Rome.", ["Rome"])
    """
    return _first(text, phrasings_of(phrasings), None)


@lru_cache(maxsize=READINGS)
def reader_of(phrasings: tuple[str, ...], own: tuple[str, ...]) -> Read:
    """:func:`undenied` if a sentence of the author's ``own`` has it behind a 'not', else `stated`.

    >>> reader_of(("leaves",), ("Wet the soil, not the leaves.",)) is undenied
    True
    """
    named = [text for text in own if first(text, phrasings)]
    return stated if all(stated(text, phrasings) for text in named) else undenied


def _first(text: str, wanted: Phrasings, bars: Callable[[str, Span], bool] | None) -> Span | None:
    found = first(text, wanted)
    if found is None:
        return None
    shut = denied(text)
    if not shut and not (bars and bars(text, found)):
        return found
    kept = (span for span in find(text, wanted) if not inside(span, shut))
    return next((span for span in kept if not (bars and bars(text, span))), None)


def _is_behind_not(text: str, span: Span) -> bool:
    before = fold(text)[max(0, span[0] - _NEAR) : span[0]]
    nots, endings = _negators()
    near = before.endswith(endings) or not nots.isdisjoint(before.split()[-_REACH:])
    return near and pattern("right_after_not").search(before) is not None


@cache
def _negators() -> tuple[frozenset[str], tuple[str, ...]]:
    """What negates the words behind it: words, and the ends of a text without blanks."""
    return frozenset(words("negator", *LATIN)), tuple(words("negator", *HAN))


def _quotations(text: str, folded: str) -> Iterator[Span]:
    """What somebody is said to have said, or a long reply that is nothing but a quotation."""
    if _ALL_QUOTED.fullmatch(folded) and word_count(text) > _LONGEST_NAME:
        lines = folded.strip().splitlines()
        if len(lines) == 1 or any(_ITEM.match(line) for line in lines):  # a poem may stand in marks
            yield 0, len(text)
    for start, end in quoted(text):
        if pattern("speaker").search(folded[max(0, start - _NEAR) : start]):
            yield start, end


def _labelled(text: str, folded: str) -> Iterator[Span]:
    for _, end in hits(text, "denial_label"):
        items = _LIST.match(folded, end)
        yield end, items.end() if items else _sentence_end(text, end)


def _clauses(text: str, folded: str) -> Iterator[Span]:
    """What one sentence denies: after 'it is false that', or from 'some say' up to 'is wrong'."""
    for _, start in hits(text, "denies_that"):
        end = _sentence_end(text, start)
        stop = pattern("ends_denial").search(folded, start, end)
        yield start, stop.start() if stop else end
    verdicts = hits(text, "verdict")
    for _, start in hits(text, "reports") if verdicts else ():
        end = _sentence_end(text, start)
        yield from ((start, at) for at, _ in verdicts if start <= at < end)


def _sentence_end(text: str, at: int) -> int:
    return next((end for start, end in sentence_spans(text) if start <= at < end), len(text))
