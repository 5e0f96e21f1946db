"""Numbers in a reply that contradict what its scenario knows to be right.

A scenario whose essential points include a number, in its unit or without one, is answered by that
number. A reply that gives another in its place is wrong; one that holds no number may have it in
words, and one whose numbers count something else proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from itertools import pairwise

from persona_env.reading.likeness import NUMBER, tokens_of
from persona_env.reading.stated import Stated, rounds, stated, unit_behind, unit_signs
from persona_env.scenarios.schema import Scenario
from persona_env.text.lexicon import pattern
from persona_env.text.spans import Span, fold

_ROUND = 0.02
"""How far a rounded number may be from the right one: 4,000 for 3,952."""
_ROUNDED = 100.0  # from which 'about' allows as much of a number that ends in a zero
_YEARS = (1000.0, 2100.0)  # no year is rounded
_FOUR_DIGITS = 10_000.0
_DASH = re.compile(r"[^\w,;:.]*[-~–—～][^\w,;:.]*")
_UP_TO_LINK = re.compile(r"[^\w,;:.]*(?:([°%]|[^\W\d_]+)[^\w,;:.]*)?")
_IN_WORDS = (*range(20, 100, 10), *range(100, 1000, 100), 1000)  # parts of larger numbers in words
_BEFORE = 24  # letters in which a 'not' or an 'about' is looked for
_MARKED = ("#", "^", "!")  # tokens that are no plain word


class Numbers:
    """What a scenario knows of numbers.

    One that the user names is no answer, but where they are known to name the right one
    (``named``), as in a correction. There a phrasing of it may be in words. One that a listed
    answer tells of something else, beside the right one, or that only wrong answers give, is known
    where the reply shares a word with such an answer, as the name of what it counts.
    """

    def __init__(self, scenario: Scenario, *, named: bool = False) -> None:
        texts = tuple(scenario.texts.values())
        asked = {one.value for text in texts for one in stated(text.prompt)}
        holds = _is_number if named else stated
        points = [point for text in texts for point in text.reference]
        essential = [_all(point) for point in points if all(map(holds, point))]
        good = [part for text in texts for part in (*text.told, *text.right)]
        told = _all(good)
        wanted = {one.value for found in essential for one in found}
        wanted -= set() if named else asked
        self.wanted = wanted
        self.right = {one.value for one in told} | wanted
        units = {one.unit for one in told if one.value in wanted}
        self.units = units - {""} if units & {*unit_signs().values()} else units
        bad = [part for text in texts for part in (*text.wrong, *text.false)]
        others = {value for line in good for value in _beside(line, wanted)} - asked
        others |= {one.value for one in _all(bad)} - self.right - asked
        self.right -= others
        self.known = self.right | asked
        self.words = {f"{NUMBER}{value:g}" for value in (*wanted, *_IN_WORDS)}
        self.applies = bool(wanted)
        same = [one for text in texts for one in (text.prompt, text.answer)]
        same += [one for point in points for one in point]
        self._company = _company([*good, *bad], others, same) if self.applies else {}

    def contradicted(self, reply: str) -> tuple[Span, ...]:
        """Where a reply gives another number in the place of the right one."""
        said = stated(reply) if self.applies else ()
        if not said or any(self._is_right(reply, one) for one in said):
            return ()
        other = [one for one in said if self._is_alike(one) and not self._is_known(reply, one)]
        if not other or not self.words.isdisjoint(_in_words(reply, said)):
            return ()
        if any(self._holds_right(reply, low, high) for low, high in pairwise(said)):
            return ()
        return tuple(one.span for one in other)

    def _is_right(self, reply: str, one: Stated) -> bool:
        """Whether it is a right one at the precision at which it is stated, and is not denied."""
        if one.value not in self.right and not self._is_rounded(reply, one):
            return False
        return not _is_denied(reply, one)

    def _is_rounded(self, reply: str, one: Stated) -> bool:
        value = one.value
        near = {right for right in self.right if abs(value - right) <= _ROUND * right}
        if not near or (_is_year(value) and one.unit not in unit_signs().values()):
            return False
        if any(rounds(value, right) for right in near):
            return True
        if any(rounds(right, value) for right in near & self.wanted):
            return True
        return value >= _ROUNDED and value % 10 == 0 and _is_about(reply, one)

    def _is_known(self, reply: str, one: Stated) -> bool:
        """Whether it is no answer, or that of something else which the reply names too."""
        if one.value in self.known:
            return True
        company = self._company.get(one.value)
        return company is not None and not company.isdisjoint(tokens_of(reply))

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
        if before and (not before[1] or unit_behind(before[1], 0) == unit):
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


def _beside(line: str, wanted: Set[float]) -> set[float]:
    """The numbers that a right answer tells beside the right one, in its unit."""
    found = stated(line)
    right = [one for one in found if one.value in wanted]
    return {
        one.value
        for one in found
        if one.value not in wanted
        and any(one.unit == r.unit or not (one.unit and r.unit) for r in right)
        and not any(rounds(one.value, r.value) for r in right)
    }


def _company(
    lines: Iterable[str], others: Set[float], same: Iterable[str]
) -> dict[float, frozenset[str]]:
    """The words of the lines that hold each of these numbers, but for those in ``same``."""
    plain = frozenset().union(*map(tokens_of, same))
    found: dict[float, frozenset[str]] = {}
    for line in lines:
        for one in stated(line):
            if one.value in others:
                words = {token for token in tokens_of(line) if token[0] not in _MARKED}
                found[one.value] = found.get(one.value, frozenset()) | (words - plain)
    return found


def _is_about(reply: str, one: Stated) -> bool:
    """Whether a word such as 'about' stands at the number."""
    start, end = one.span
    folded = fold(reply)
    before, behind = folded[max(0, start - _BEFORE) : start], folded[end : end + _BEFORE]
    is_before = pattern("about_before").search(before)
    return bool(is_before or pattern("about_behind").match(behind))


def _is_year(value: float) -> bool:
    return _YEARS[0] <= value <= _YEARS[1]


def _in_words(reply: str, said: Iterable[Stated]) -> set[str]:
    """The numbers of a reply that are in words."""
    digits = {f"{NUMBER}{one.value:g}" for one in said}
    return {token for token in tokens_of(reply) if token[:1] == NUMBER} - digits


def _all(texts: Iterable[str]) -> list[Stated]:
    return [one for text in texts for one in stated(text)]
