"""Words in an order in which nobody puts them: the words of a sentence, but no sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from operator import eq
from typing import NamedTuple

from persona_env.languages import HAN, LATIN, word_lines, words
from persona_env.text.dictionary import is_known, unlisted
from persona_env.text.prose import prose
from persona_env.text.spans import (
    CJK,
    READINGS,
    Span,
    fold,
    outside,
    raw_words,
    sentence_spans,
    word_count,
    word_spans,
)

_TITLE = re.compile(
    r"```(?s:.*?)```|`[^`\n]*`|^[ \t]*(?:#|\*\*|__).*$|^.*:[ \t]*$|[\"“«][^\"”»\n]*[\"”»]", re.M
)
_ZH = re.compile(f"[{CJK}。，！？、：；]")  # in all that _chinese() finds
_MARK = r"(?:[-*•]|\d+[.)])"
_STOPPED = re.compile(r"[^\W\dA-ZÀ-Þ][.!?]")  # not the end of 'Ph.D.'
_FOREIGN = 0.25  # share of unlisted words from which a text is in a language of its own
_LONE = 2  # words and marks of a line that may be one small word
_TWICE = 4  # letters of a word that is not said twice
_LONE_LISTS = ("determiner", "never_after_determiner")
_UNFINISHED = ("determiner", "never_last")


class OrderReading(NamedTuple):
    """Breaks a word, in [0, 1], and where the order breaks."""

    share: float
    spans: tuple[Span, ...]


_NONE = OrderReading(0.0, ())


@lru_cache(maxsize=READINGS)
def order(text: str) -> OrderReading:
    """Reads the joints that no sentence has, a word.

    A determiner before a preposition, a verb or the end ('the of', 'the.'); small words that are
    never side by side ('of is', 'to of'); a longer word twice ('help help'); a small word with a
    capital after a word without a mark ('are There', 'blue Okay here'); sentences with and without
    a capital, mixed; a line of one small word or one mark; a Chinese clause that begins with a mark
    or a particle, a blank inside one. Titles, headings, quotes and code are left out, and texts
    of which a quarter of the words stand in no dictionary: they are in another language. Validity:
    proxy; at most 0.007 in 2 201 replies of language models (development halves of three sets),
    more than 0.03 in two of three of them put in reverse. Words in the order of a list, and content
    words changed about, are not seen.

    >>> order("The cat sat on the mat.").share
    0.0
    >>> order("mat. the on sat cat The").share
    0.3333333333333333
    """
    kinds = [_latin()] if _may_break(text) else []
    kinds += [] if text.isascii() or not _ZH.search(text) else [_chinese()]
    found = [match.span() for kind in kinds for match in kind.finditer(text)]
    small = _small_starts(text)
    if len(small) + len(found) > 1:  # one alone may be a name or a slip
        found += small
    if not found or _is_foreign(text):
        return _NONE
    titles = [match.span() for match in _TITLE.finditer(text)]
    spans = tuple(sorted(outside(found, titles)))
    return OrderReading(min(1.0, len(spans) / max(1, word_count(text))), spans) if spans else _NONE


def _is_foreign(text: str) -> bool:
    """Whether many words, names left out, are of no language whose order is known here."""
    said = raw_words(prose(text))
    odd = {word for word in unlisted(said) if word.islower() and not is_known(fold(word))}
    return sum(word in odd for word in said) > _FOREIGN * len(said)


def _may_break(text: str) -> bool:
    """Whether :func:`_latin` may find anything, told from the words (False is sure)."""
    said, spans = raw_words(text), word_spans(text)
    if any(map(eq, said, said[1:])) and any(a == b and len(a) >= _TWICE for a, b in pairwise(said)):
        return True
    if any(len(line.split(None, _LONE)) <= _LONE for line in text.split("\n")):
        return True
    watched = _watched()
    places = [at for at, word in enumerate(said) if word in watched]
    return any([_may_break_at(text, said, spans, at) for at in places])


def _may_break_at(text: str, said: Sequence[str], spans: Sequence[Span], at: int) -> bool:
    """Whether this word ends what it cannot end, or has another beside it that it cannot have."""
    never, unfinished, small = _listed()
    word, (start, end) = said[at], spans[at]
    then, begin = (said[at + 1], spans[at + 1][0]) if at + 1 < len(said) else ("", end)
    if then in never.get(word, ()) or (word in unfinished and text[end:begin] != " "):
        return True
    if word not in small or not start:
        return False
    return text[spans[at - 1][1] if at else 0 : start].rstrip(" \t")[-1:] in ("", "%", "_")


def _small_starts(text: str) -> list[Span]:
    """Where sentences begin without a capital, in a text where another begins with one."""
    said = sentence_spans(text)
    small = [(end, start) for (_, end), (start, _) in pairwise(said) if text[start].islower()]
    if not small or not any(text[start].isupper() for start, _ in said):
        return []
    return [
        (start, start + 1)
        for end, start in small
        if _STOPPED.match(text, end - 2) and "\n" not in text[end:start]
    ]


@cache
def _listed() -> tuple[dict[str, set[str]], frozenset[str], frozenset[str]]:
    """What never stands right behind a word, words that end nothing, small words, capitalised."""
    never: dict[str, set[str]] = {}
    for first, then in _groups():
        for word in first:
            never.setdefault(word, set()).update(then)
    unfinished = {word for name in _UNFINISHED for word in words(name, *LATIN)}
    small = {word.capitalize() for word in words("never_inside", *LATIN)}
    return never, frozenset(unfinished), frozenset(small)


@cache
def _watched() -> frozenset[str]:
    never, unfinished, small = _listed()
    return unfinished | small | never.keys()


def _groups() -> list[tuple[list[str], list[str]]]:
    """Words, and those that never stand right behind any of them."""
    return [pair for code in LATIN for pair in _groups_of(code) if all(pair)]


def _groups_of(code: str) -> list[tuple[list[str], list[str]]]:
    sides = (line.partition(" > ") for line in word_lines("never_joined", code))
    joined = [(first.split(), then.split()) for first, _, then in sides]
    return [(words("determiner", code), words("never_after_determiner", code)), *joined]


@cache
def _latin() -> re.Pattern[str]:
    ends, last = (words(name, *LATIN) for name in _UNFINISHED)
    lone = [word for code in LATIN for name in _LONE_LISTS for word in words(name, code)]
    never = [rf"(?:{_any(first)})[ \t]+(?:{_any(then)})(?![\w'’-])" for first, then in _groups()]
    never.append(rf"(?:{_any(ends)})(?=[.!?,;:](?:\s|$)|[ \t]*$)")
    never.append(rf"(?:{_any(last)})(?=[.!?](?:\s|$)|[ \t]*$)")
    often = _any(words("said_twice", *LATIN))
    never.append(rf"(?!(?:{often})\b)([^\W\dA-ZÀ-Þ{CJK}_]{{{_TWICE},}})[ \t]+\1(?![\w'’-])")
    return re.compile(
        rf"^[ \t]*+(?:{_MARK}[ \t]*+)?(?i:{_any(lone)})[ \t]*$|^[ \t]*+[-*•][ \t]*+{_MARK}?[ \t]*$"
        rf"|(?<![\w'’-])(?:{_any(never)})"
        rf"|(?<=[\w%])[ \t]++(?:{_any(_listed()[2])})(?=[ \t]+[^\W\dA-ZÀ-Þ]|[ \t]*$)",
        re.M,
    )


@cache
def _chinese() -> re.Pattern[str]:
    particle = _any(words("particle", *HAN))
    first = "".join(word[0] for word in words("particle", *HAN))
    return re.compile(
        rf"(?=[ \t\d*•。，！？、：；{first}-])"  # with which all begin: the quick test
        rf"(?:^[ \t]*+(?:{_MARK}[ \t]*+)?(?:{particle})[ \t]*$|^[ \t]*+[。，！？、：；]"
        rf"|[。！？][ \t]*[。，！？、：；]|[，。：；！？](?:{particle})"
        rf"|(?<=[{CJK}])[ \t]+(?=[{CJK}]))",
        re.M,
    )


def _any(expressions: Iterable[str]) -> str:
    return "|".join(expressions) or "(?!)"
