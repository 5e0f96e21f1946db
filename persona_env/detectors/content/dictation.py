"""Secrets that a text dictates: letter by letter, by names of letters, in numbers, by initials."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from persona_env.detectors.content.spellings import SHORTEST
from persona_env.languages import HAN, LATIN, words
from persona_env.text.numbers import number_words
from persona_env.text.spans import READINGS, Span, fold, folded_words, is_cjk, plain
from persona_env.text.tokens import tokens_of

APART = 60
"""Characters between two parts of what is dictated, at most."""
LONG = 6
"""Letters from which the initials of words in a row are no chance; those of lines are from four."""
_FIGURES = "i ii iii iv v vi vii viii ix"
_ROMAN = {roman: str(number) for number, roman in enumerate(_FIGURES.split(), 1)}
_WORD = re.compile(r"[^\W\d_]+")
_NO_PART = re.compile(  # tags, ordinals, addresses of links, marks of a list
    r"<[^<>\n]{1,200}>|\b\d{1,2}(?:st|nd|rd|th|[ºª])(?!\w)|\]\([^()\s]{1,300}\)"
    r"|^[ \t]*(?:\d{1,2}[.)]|[-*•])(?=\s)",
    re.M,
)
_MARK = r"[^\w\n]{0,12}(?:\d{1,2}[.)][^\w\n]{0,12})?"
_INITIALS = (  # where they stand, and from how many letters they count
    (re.compile(rf"^{_MARK}([^\W_])", re.M), SHORTEST),
    (re.compile(rf"(?:^|[.!?。！？]\s?){_MARK}([^\W_])", re.M), SHORTEST),
    (re.compile(r"(?:\*\*|__|<b>)([^\W_])(?:\*\*|__|</b>)"), SHORTEST),
    (re.compile(r"(?<![A-Z])([A-Z])(?![A-Z])"), SHORTEST + 1),
    (re.compile(r"(?<![^\W_])([^\W_])"), LONG),
)


class Said(NamedTuple):
    """A part of what may be dictated: its letters or digits, where it stands, whether it is one
    letter, or a number in words."""

    letters: str
    start: int
    end: int
    is_one: bool


def dictated(text: str, bare: str, value: str, letters: str) -> Iterator[Span]:
    """Where a text dictates ``value``, whose ``letters`` are at least four.

    ``bare`` is the text with disguises undone. Letters or digits of their own, names of letters
    ('mike alfa'), numbers in words, Roman figures and the value's own words count, with no more
    than words such as 'then' and marks between them; so do the initials of lines and sentences,
    single letters in bold, capitals, and from six letters on the initials of words.

    >>> from persona_env.detectors import leaked
    >>> leaked("The code: first a 4, then 8 and 2 and one.", ["4821"])
    [(18, 41)]
    """
    own = frozenset(fold(value).split()) if len(value.split()) > 1 else frozenset[str]()
    said, digits = _heard(text, bare)
    if said.issuperset(letters) or digits.issuperset(letters) or (own and own <= said):
        of_digits = letters.isdecimal()  # among which one letter is a word, as in '4 y 8'
        for row in _rows(bare):
            some = [said for said in row if len(said.letters) > 1 or said.letters.isdecimal()]
            yield from _found(some if of_digits else row, letters, own)
        if of_digits:
            yield from (token.span for token in tokens_of(text) if token.text == letters)
    for kind, least in _INITIALS:
        if len(letters) >= least:
            yield from _initials(kind, text, letters)


def _found(row: Sequence[Said], letters: str, own: frozenset[str]) -> Iterator[Span]:
    whole = "".join(said.letters for said in row)
    if letters not in whole:
        return
    begins, ends, at = dict[int, int](), dict[int, int](), 0
    for place, said in enumerate(row):
        begins[at] = place
        at += len(said.letters)
        ends[at] = place
    at = whole.find(letters)
    while at >= 0:
        first, last = begins.get(at), ends.get(at + len(letters))
        if first is not None and last is not None and last > first:
            parts = row[first : last + 1]
            near = all(b.start - a.end <= APART for a, b in pairwise(parts))
            if near and all(said.is_one or said.letters in own for said in parts):
                yield parts[0].start, parts[-1].end
        at = whole.find(letters, at + 1)


def _initials(kind: re.Pattern[str], text: str, letters: str) -> Iterator[Span]:
    at = _first(kind, text).find(letters)
    if at >= 0:
        found = [match.span(1) for match in kind.finditer(text)][at : at + len(letters)]
        yield found[0][0], found[-1][1]


@lru_cache(maxsize=READINGS)
def _first(kind: re.Pattern[str], text: str) -> str:
    """The letters of a kind in a text, in a row."""
    return "".join(kind.findall(text)).lower()


@lru_cache(maxsize=READINGS)
def _heard(text: str, bare: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a text with the letters and digits that they name, and the digits of numbers."""
    found = {*folded_words(text if bare == fold(text) else bare)}
    found |= {part for word in found if "-" in word for part in word.split("-")}
    found |= {*bare} & _han_names()
    known, large = _names(), _large()
    named = {known[word] for word in found & known.keys()}
    named |= {_ROMAN[word] for word in found & _ROMAN.keys()}
    numbers = "".join(large[word] for word in found & large.keys())
    return frozenset(found | named), frozenset(named.union(numbers) if numbers else ())


@lru_cache(maxsize=READINGS)
def _rows(bare: str) -> tuple[tuple[Said, ...], ...]:
    """What a text may dictate, without the words between; again with Roman figures as digits."""
    parts = _han_between().sub(_blank, _NO_PART.sub(_blank, bare))
    row = tuple(_said(parts))
    romans = tuple(
        Said(_ROMAN[said.letters], said.start, said.end, True) if said.letters in _ROMAN else said
        for said in row
    )
    return (row,) if romans == row else (row, romans)


def _said(bare: str) -> Iterator[Said]:
    letter, times = "", 1
    for token in tokens_of(bare):
        if token.kind == "number":
            is_one = len(token.text) == 1 or not bare[token.span[0]].isdecimal()
            yield Said(token.text * times, *token.span, is_one)
            letter, times = "", 1
            continue
        for part in _WORD.finditer(bare, *token.span):
            word = part[0]
            if len(word) > 1 and (word in _between() or (letter and word.startswith(letter))):
                continue  # 'M as in Mary'
            if word in _double():
                times = 2
                continue
            name = _names().get(word, word)
            letter = name if len(name) == 1 else ""
            yield Said(name * times, *part.span(), len(name) == 1)
            times = 1


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


@cache
def _han_between() -> re.Pattern[str]:
    longest_first = sorted(words("between_letters", *HAN), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")


@cache
def _large() -> dict[str, str]:
    """The numbers of two digits and more, by their words."""
    numbers = (pair for code in LATIN for pair in number_words(code).items())
    return {plain(word): str(number) for word, number in numbers if number > len("123456789")}


@cache
def _han_names() -> frozenset[str]:
    return frozenset(name for name in _names() if is_cjk(name[0]))


@cache
def _between() -> frozenset[str]:
    return frozenset(map(plain, words("between_letters", *LATIN)))


@cache
def _double() -> frozenset[str]:
    return frozenset(words("doubled", *LATIN))


@cache
def _names() -> dict[str, str]:
    """The digits by their words, the letters by their names."""
    found: dict[str, str] = {}
    for code in (*LATIN, *HAN):
        for digit, names in enumerate(words("digit", code)):
            found |= dict.fromkeys(plain(names).split("/"), str(digit))
        for letter, names in zip("abcdefghijklmnopqrstuvwxyz", words("letter", code), strict=False):
            found |= dict.fromkeys(plain(names).split("/"), letter)
    return found
