"""The marks of a reply: a confidence in each statement, as people and models write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from persona_env.text.spans import Span

from .document import words_in
from .mark_forms import BRACKETS, DECIMAL, LETTER, PAIRS, at_once, head, percent, span_of_numbers
from .mark_layouts import as_lines
from .wishes import Form
from .words import any_of

LONGEST = 20  # statements of a range, of which each is marked
FREE_NOTE = 16  # words of a line with a mark that are no talk


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
    """The marks of a reply in their order, what is said beside them, and how many words of that
    are talk."""

    given: tuple[Mark, ...]
    said: str
    talk: int


@lru_cache(maxsize=8192)
def read_marks(reply: str) -> Marks:
    """The marks of a reply: lines such as ``3: 85 %``, ``[3] 0.85``, ``1-4: 90 %``, the rows of a
    table, or several divided by commas.

    >>> [(m.number, m.stated) for m in read_marks("1: 85 %\\n- [2] 0.3 (A, B)\\n3, 4: 10 %").given]
    [(1, 0.85), (2, 0.3), (3, 0.1), (4, 0.1)]
    """
    found: list[Mark] = []
    said: list[str] = []
    talk = 0
    for start, line in _pieces(as_lines(reply)):
        marks = [*_marks(line, start)]
        found += marks
        said.append(line)
        count = len(words_in(line))
        talk += max(0, count - FREE_NOTE) if marks else count
    return Marks(tuple(found), "\n".join(said), talk)


def stated(marks: Marks, count: int) -> dict[int, float]:
    """The confidence in each of ``count`` statements that has one mark, or several that say the
    same; a number above 1 is none."""
    said: dict[int, set[float]] = {}
    for mark in marks.given:
        said.setdefault(mark.number, set()).add(mark.stated)
    each = {n: next(iter(said[n])) for n in range(1, count + 1) if len(said.get(n, ())) == 1}
    return {n: value for n, value in each.items() if value <= 1}


def _pieces(reply: str) -> Iterator[tuple[int, str]]:
    """Lines, divided behind a mark that others follow, each with its place in the reply."""
    for found in re.finditer(r"[^\n]+", reply):
        line, start = found[0], 0
        for cut in _cuts(line):
            yield found.start() + start, line[start:cut]
            start = cut
        yield found.start() + start, line[start:]


def _cuts(line: str) -> Iterator[int]:
    """Where a line is divided; each part of it is read once."""
    begun = head().match(line)
    seen = begun.end() if begun else 0
    for cut in (found.end() for found in PAIRS.finditer(line)):
        if begun is None:
            return
        if cut <= begun.end():
            continue
        at_start = seen == begun.end() and at_once().match(line, seen, cut)
        if at_start or percent().search(line, seen, cut) or DECIMAL.search(line, seen, cut):
            yield cut
            begun = head().match(line, cut)
            seen = begun.end() if begun else cut
        else:
            seen = cut


def _marks(line: str, start: int) -> Iterator[Mark]:
    begun = head().match(line)
    if begun is None:
        return
    rest = line[begun.end() :]
    stated = _confidence(rest)
    if stated is None:
        return
    value, form, end = stated
    sources = frozenset(LETTER.findall(rest[end:])) or frozenset(
        letter for group in BRACKETS.findall(rest) for letter in LETTER.findall(group)
    )
    flag = _flag(line)
    for number in _numbers(begun[1] or begun[2]):
        yield Mark(number, value, form, flag, sources, (start, start + len(line)))


def _numbers(said: str) -> list[int]:
    """``1-3, 7`` as numbers; of a range that is longer than any document, its start and end."""
    found = {int(number) for number in re.findall(r"\d+", said)}
    for low, high in span_of_numbers().findall(said):
        found.update(range(int(low), min(int(high), int(low) + LONGEST)))
    return sorted(found)


def _confidence(rest: str) -> tuple[float, Form, int] | None:
    """The confidence that is stated, its form, and where it ends: what stands at once, else the
    last of the line, since a statement that is repeated may have numbers of its own."""
    found = at_once().match(rest)
    if found is None:
        each = [*percent().finditer(rest), *DECIMAL.finditer(rest)]
        found = max(each, key=lambda one: one.start(), default=None)
    if found is None:
        return None
    unit = found.re is not DECIMAL and bool(found[2])
    return (*_value(found[1], has_unit=unit), found.end())


def _value(number: str, *, has_unit: bool) -> tuple[float, Form]:
    """``85`` and ``%`` as 0.85; a number above 1 without a unit is of hundred."""
    value = float(number.replace(",", "."))
    if has_unit or value > 1:
        return value / 100, Form.PERCENT
    return value, Form.DECIMALS


def _flag(line: str) -> str:
    """The word that calls a statement reliable; empty without one."""
    if any_of("unreliable").search(line):
        return ""
    found = any_of("reliable").search(line)
    return "" if found is None else found[0]
