"""The marks of a reply: a confidence in each statement, as people and models write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from persona_env.text.spans import Span

from .document import words_in
from .wishes import Form
from .words import any_of, either

FREE_NOTE = 25  # words of a line with a mark that are no talk
_PAIRS = re.compile(r"[,;，；、]\s*(?=[\"'\[(]*\d{1,3}[\"'\])]*\s*[:：=])")
_LEAD = r"[\s>*_\-•·|#(\[{【（\"'✓✔✅]*"
_JOIN = r"\s*(?:[,，、&/\-–—]|and|y|和|to|a|至|到)\s*"
_NUMBER = r"(\d{1,3}(?:[.,]\d+)?)"
_UNIT = r"\s*(%|％|percent\b|per\s?cent\b|por\s?ciento\b|/\s*100\b)"
_PERCENT = re.compile(rf"(?<![\w.,]){_NUMBER}{_UNIT}", re.IGNORECASE)
_DECIMAL = re.compile(r"(?<![\w.,])([01][.,]\d+)(?![\w%％]|[.,]\d)")
_BEHIND = re.compile(r"(?<![\w'’])([A-F])(?![\w'’])")
_BRACKETS = re.compile(r"[(\[（【]([A-F](?:\s*[,;&+/、，和]\s*[A-F])*)[)\]）】]")
_RANGE = re.compile(r"(\d{1,3})\s*(?:[-–—]|to|a|至|到)\s*(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on statement ``number``: how sure (above 1 where no confidence can be so), its form,
    whether it is called reliable (with the word for that), and the sources that are named."""

    number: int
    stated: float
    form: Form
    flag: str
    sources: frozenset[str]
    span: Span


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a reply in their order, and the words of talk beside them."""

    given: tuple[Mark, ...]
    talk: int


@cache
def _head() -> re.Pattern[str]:
    """The number of a statement, or several before a colon, and what divides it from the rest."""
    label = rf"(?:(?:{either('label')})\s*[.:#°º]?\s*)?"
    many = rf"(\d{{1,3}}(?:{_JOIN}\d{{1,3}})+)[\])）】*]*\s*[:：=]"
    one = r"(\d{1,3})[\])}】）*\"']*\s*(?:句|条|号|项)?\s*(?:[:：=|)、]|\.(?!\d)|->|→|[–—-]|(?=[\s(（~≈]))"
    return re.compile(rf"{_LEAD}{label}[\[(【#*\"']*(?:{many}|{one})", re.IGNORECASE)


@cache
def _at_once() -> re.Pattern[str]:
    """A confidence with nothing but a word for it before."""
    return re.compile(
        rf"[\s:：=|*_~≈(（]*(?:{either('about')}[\s:：=]*)*[*_]*{_NUMBER}(?:{_UNIT})?(?![\w%])",
        re.IGNORECASE,
    )


@lru_cache(maxsize=8192)
def read_marks(reply: str) -> Marks:
    """The marks of a reply: lines such as ``3: 85 %``, ``[3] 0.85``, ``1-4: 90 %``, the rows of a
    table, or several divided by commas.

    >>> [(m.number, m.stated) for m in read_marks("1: 85 %\\n- [2] 0.3 (A, B)\\n3, 4: 10 %").given]
    [(1, 0.85), (2, 0.3), (3, 0.1), (4, 0.1)]
    """
    found: list[Mark] = []
    talk = 0
    for start, line in _pieces(reply):
        marks = [*_marks(line, start)]
        found += marks
        count = len(words_in(line))
        talk += max(0, count - FREE_NOTE) if marks else count
    return Marks(tuple(found), talk)


def _pieces(reply: str) -> Iterator[tuple[int, str]]:
    """Lines, divided where a line has several marks, each with its place in the reply."""
    at = 0
    for line in reply.splitlines(keepends=True):
        start = 0
        for cut in [found.end() for found in _PAIRS.finditer(line)] + [len(line)]:
            yield at + start, line[start:cut].rstrip("\n")
            start = cut
        at += len(line)


def _marks(line: str, start: int) -> Iterator[Mark]:
    head = _head().match(line)
    if head is None:
        return
    rest = line[head.end() :]
    stated = _confidence(rest)
    if stated is None:
        return
    value, form, end = stated
    note = rest[end:]
    sources = frozenset(_BEHIND.findall(note)) or frozenset(
        letter for group in _BRACKETS.findall(rest) for letter in _BEHIND.findall(group)
    )
    span = (start, start + len(line))
    for number in _numbers(head[1] or head[2]):
        yield Mark(number, value, form, _flag(line), sources, span)


def _numbers(said: str) -> list[int]:
    """``1-3, 7`` as numbers."""
    found = [int(number) for number in re.findall(r"\d+", said)]
    for low, high in _RANGE.findall(said):
        found += range(int(low) + 1, int(high))
    return sorted({*found})


def _confidence(rest: str) -> tuple[float, Form, int] | None:
    """The confidence that is stated, its form, and where it ends."""
    first = _at_once().match(rest)
    if first is not None:
        return (*_value(first[1], first[2]), first.end())
    last = max(
        [*_PERCENT.finditer(rest), *_DECIMAL.finditer(rest)],
        key=lambda found: found.start(), default=None,
    )  # fmt: skip
    if last is None:
        return None
    return (*_value(last[1], last[2] if last.re is _PERCENT else None), last.end())


def _value(number: str, unit: str | None) -> tuple[float, Form]:
    """``85`` and ``%`` as 0.85; a number above 1 without a unit is of hundred."""
    value = float(number.replace(",", "."))
    if unit or value > 1:
        return value / 100, Form.PERCENT
    return value, Form.DECIMALS


def _flag(line: str) -> str:
    """The word that calls a statement reliable; empty without one."""
    if any_of("unreliable").search(line):
        return ""
    found = any_of("reliable").search(line)
    return "" if found is None else found[0]
