"""Numbers in a reply that contradict what its scenario knows to be right.

A scenario whose essential points include a number, in its unit or without one, is answered by that
number. A reply that gives another in its place is wrong; one that holds no number may have it in
words, and one whose numbers count something else proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from persona_env.languages import word_lines
from persona_env.languages.facts import LANGUAGES
from persona_env.reading.likeness import NUMBER, tokens_of
from persona_env.scenarios.schema import Scenario
from persona_env.text.lexicon import pattern
from persona_env.text.numbers import Number, digits_in
from persona_env.text.numerals import BEHIND, is_share_before, numerals_in, powers
from persona_env.text.spans import READINGS, Span, fold, is_cjk

_BEFORE_IT = re.compile(r"(?:[a-zà-ÿ._]|[a-z0-9à-ÿ],)\Z")  # part of a name, such as H2O
_BEHIND_IT = re.compile(r"[a-z_]*\d")
_UNIT = re.compile(r"[^\w\n°%]{0,4}([°%]|[^\W\d_]+)")
_ROUND = 0.02
"""How far a rounded number may be from the right one: 4,000 for 3,952."""
_ROUNDED = 100.0  # from which numbers are rounded
_YEARS = (1000.0, 2100.0)  # no year is rounded
_FOUR_DIGITS = 10_000.0
PERCENT = "%"
_STEM = 4  # letters of a unit that are compared
_DASH = re.compile(r"[^\w,;:.]*[-~–—～][^\w,;:.]*")
_UP_TO_LINK = re.compile(r"[^\w,;:.]*(?:([°%]|[^\W\d_]+)[^\w,;:.]*)?")
_IN_WORDS = (*range(20, 100, 10), *range(100, 1000, 100), 1000)  # parts of larger numbers in words
_BEFORE = 24  # letters in which a 'not' is looked for


class Stated(NamedTuple):
    """A number of a text, the unit behind it (empty: none), and where it stands."""

    value: float
    unit: str
    span: Span


@lru_cache(maxsize=READINGS)
def stated(text: str) -> tuple[Stated, ...]:
    """The numbers of a text in digits, and in characters of which each is a figure.

    >>> [(one.value, one.unit) for one in stated("3,952 m, or 3.9 km")]
    [(3952.0, 'm'), (3.9, 'km')]
    >>> [(one.value, one.unit) for one in stated("三千九百五十二米。百分之三十，3.5万")]
    [(3952.0, 'm'), (30.0, '%'), (35000.0, '')]
    """
    folded = fold(text)
    found = [
        Stated(*_with_power(folded, one), one.span)
        for one in digits_in(folded)
        if not _is_in_name(folded, one.span)
    ]
    numerals = numerals_in(folded)
    if not numerals:
        return tuple(found)
    found += [
        Stated(float(one.text), PERCENT if one.percent else _unit(folded, one.span[1]), one.span)
        for one in numerals
    ]
    return tuple(sorted(found, key=lambda one: one.span))


def _with_power(folded: str, one: Number) -> tuple[float, str]:
    """The number and its unit; a character behind it may count thousands and more."""
    value, (start, end) = float(one.text), one.span
    if is_share_before(folded, start):
        return value, PERCENT
    times = powers().get(folded[end : end + 1], 1)
    if times < BEHIND:
        return value, _unit(folded, end)
    return value * times, _unit(folded, end + 1)


def _is_in_name(folded: str, span: Span) -> bool:
    """Whether letters stand at a number as in 'H2O'."""
    start, end = span
    before = _BEFORE_IT.search(folded, max(0, start - 2), start)
    return bool(before or _BEHIND_IT.match(folded, end))


def _unit(folded: str, at: int) -> str:
    found = _UNIT.match(folded, at)
    if found is None:
        return ""
    word = found[1][:1] if is_cjk(found[1][0]) else found[1]
    return _units().get(word, word[:_STEM])


@lru_cache(maxsize=1)
def _units() -> dict[str, str]:
    """Each name of a unit, in any language, with its sign."""
    lines = [line.split() for line in word_lines("unit", *LANGUAGES)]
    return {name: names[0] for names in lines for name in names}


class Numbers:
    """What a scenario knows of numbers.

    One that the user names is no answer, but where they are known to name the right one
    (``named``), as in a correction. There a phrasing of it may be in words.
    """

    def __init__(self, scenario: Scenario, *, named: bool = False) -> None:
        texts = tuple(scenario.texts.values())
        asked = {one.value for text in texts for one in stated(text.prompt)}
        holds = _is_number if named else stated
        points = [point for text in texts for point in text.reference]
        essential = [_all(point) for point in points if all(map(holds, point))]
        told = _all(part for text in texts for part in (*text.told, *text.right))
        wanted = {one.value for found in essential for one in found}
        wanted -= set() if named else asked
        self.wanted = wanted
        self.right = {one.value for one in told} | wanted
        units = {one.unit for one in told if one.value in wanted}
        self.units = units - {""} if units & {*_units().values()} else units
        listed = _all(part for text in texts for part in (*text.wrong, *text.false))
        self.known = self.right | asked | {one.value for one in listed}
        self.words = {f"{NUMBER}{value:g}" for value in (*wanted, *_IN_WORDS)}
        self.applies = bool(wanted)

    def contradicted(self, reply: str) -> tuple[Span, ...]:
        """Where a reply gives another number in the place of the right one."""
        said = stated(reply) if self.applies else ()
        if not said or any(self._is_right(one) and not _is_denied(reply, one) for one in said):
            return ()
        other = [one for one in said if self._is_alike(one) and one.value not in self.known]
        if not other or not self.words.isdisjoint(_in_words(reply, said)):
            return ()
        if any(self._holds_right(reply, low, high) for low, high in pairwise(said)):
            return ()
        return tuple(one.span for one in other)

    def _is_right(self, one: Stated) -> bool:
        if one.value in self.right:
            return True
        is_round = one.value >= _ROUNDED and one.value % 10 == 0 and not _is_year(one.value)
        return is_round and any(abs(one.value - r) <= _ROUND * r for r in self.right)

    def _is_alike(self, one: Stated) -> bool:
        """Whether it may stand in the place of a right one: in its unit, or of four digits for a
        year."""
        years = [_is_year(value) for value in self.wanted]
        if all(years) and "" in self.units:
            return _YEARS[0] <= one.value < _FOUR_DIGITS
        return "" in self.units or one.unit in self.units

    def _holds_right(self, reply: str, low: Stated, high: Stated) -> bool:
        """Whether the two are a range with a right number in it."""
        between = fold(reply)[low.span[1] : high.span[0]]
        is_range = _DASH.fullmatch(between) or _is_link(between, high.unit)
        return bool(is_range) and any(low.value <= value <= high.value for value in self.wanted)


def _is_link(between: str, unit: str) -> bool:
    """Whether these words make two numbers a range, behind the unit of the second or none."""
    for link in pattern("between_numbers").finditer(between):
        before = _UP_TO_LINK.fullmatch(between, 0, link.start())
        if before and (not before[1] or _unit(before[1], 0) == unit):
            return not between[link.end() :].strip()
    return False


def _is_number(phrasing: str) -> bool:
    """Whether it holds a number, in digits or in words."""
    return bool(stated(phrasing) or _in_words(phrasing, ()))


def _is_denied(reply: str, one: Stated) -> bool:
    """Whether a 'not' stands right before the number."""
    start, _ = one.span
    before = fold(reply)[max(0, start - _BEFORE) : start]
    return pattern("right_after_not").search(before) is not None


def _is_year(value: float) -> bool:
    return _YEARS[0] <= value <= _YEARS[1]


def _in_words(reply: str, said: Iterable[Stated]) -> set[str]:
    """The numbers of a reply that are in words."""
    digits = {f"{NUMBER}{one.value:g}" for one in said}
    return {token for token in tokens_of(reply) if token[:1] == NUMBER} - digits


def _all(texts: Iterable[str]) -> list[Stated]:
    return [one for text in texts for one in stated(text)]
