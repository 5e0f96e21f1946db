"""Numbers in characters, each a figure or a power of ten: 三千九百五十二, 二〇二四, 三点五."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from persona_env.languages import HAN, word_lines, words
from persona_env.text.spans import Span

LONGEST = 16
"""Numerals in a row, above which they are no number."""
_TEN, _LARGE = 10, 10_000  # from _LARGE on a power counts all that stands before it
BEHIND = 1000
"""The least power of ten that may stand behind digits or decimals: 3.5万, 三点九千."""
_PAIR = 2
_ALONE = (0, 1)  # and all powers but ten: alone they are no numbers


class Numeral(NamedTuple):
    """A number in characters: its form in digits, where it stands, and whether it is of 100."""

    text: str
    span: Span
    percent: bool


@cache
def _values() -> dict[str, int]:
    """The number of each character."""
    lines = [line.split() for line in word_lines("numeral", *HAN)]
    return {char: int(number) for number, *chars in lines for char in chars}


def numerals() -> str:
    """All characters of which numbers consist."""
    return "".join(_values())


@cache
def powers() -> dict[str, int]:
    """The characters of powers of ten.

    >>> powers()["千"], powers()["亿"]
    (1000, 100000000)
    """
    return {char: value for char, value in _values().items() if value >= _TEN}


@cache
def _points() -> str:
    return "".join(words("numeral_point", *HAN))


@cache
def _shares() -> tuple[str, ...]:
    return tuple(words("numeral_percent", *HAN))


def is_share_before(text: str, at: int) -> bool:
    """Whether what makes a number a share of 100 stands right before this place.

    >>> is_share_before("百分之30", 3)
    True
    """
    return text.endswith(_shares(), 0, at)


@cache
def _written() -> re.Pattern[str]:
    """A number of whatever length, with what makes it a share; or what is none."""
    few = "".join(_values().keys() - powers().keys())
    large = "".join(char for char, value in powers().items() if value >= BEHIND)
    decimals = f"(?:[{_points()}][{few}]+(?:[{large}]|(?![{numerals()}])))?"
    share = "|".join(_shares())
    no_number = "|".join(word_lines("no_number", *HAN))
    return re.compile(f"(?:{no_number})|(?P<share>{share})?(?P<number>[{numerals()}]+{decimals})")


@cache
def _pair() -> re.Pattern[str]:
    """Two figures in a row, which are two numbers, where no more stand there."""
    some = "".join(char for char, value in _values().items() if 0 < value < _TEN)
    few = "".join(_values().keys() - powers().keys())
    return re.compile(f"(?<![{few}])[{some}]{{{_PAIR}}}(?![{few}])")


def numerals_in(text: str) -> list[Numeral]:
    """The numbers of two characters and more in a text, but those that are words like any other.

    >>> numerals_in("海拔三千九百五十二米")
    [Numeral(text='3952', span=(2, 9), percent=False)]
    >>> [(one.text, one.percent) for one in numerals_in("三点五万，百分之三十，千万别来，两三天")]
    [('35000', False), ('30', True)]
    """
    if text.isascii():
        return []
    found = []
    for match in _written().finditer(text):
        written, is_share = match["number"] or "", match["share"] is not None
        if is_share and written in powers():
            value: str | None = str(powers()[written])
        else:
            value = in_characters(written) if is_share or len(written) > 1 else None
        if value is not None:
            found.append(Numeral(value, match.span("number"), is_share))
    return found


def in_characters(written: str) -> str | None:
    """The number of a run of numerals; ``None`` of one that is a word like any other.

    A figure right behind a power of ten counts the next smaller one: 三千五 is 3500, 三千零五 is
    3005. Two figures in a row are two numbers (两三天, 三四百), and more are read one by one.

    >>> in_characters("三百五十"), in_characters("两"), in_characters("一"), in_characters("三千五")
    ('350', '2', None, '3500')
    >>> in_characters("二〇二四"), in_characters("三点五"), in_characters("两三")
    ('2024', '3.5', None)
    """
    if not 0 < len(written) <= LONGEST or written in _no_numbers():
        return None
    whole, point, part = _parted(written)
    if _pair().search(whole):
        return None
    if not point:
        return str(_total(whole))
    times = powers().get(part[-1], 1)
    decimals = "".join(str(_values()[char]) for char in part if char not in powers())
    return f"{float(f'{_total(whole)}.{decimals}') * times:.10g}"


@cache
def _no_numbers() -> frozenset[str]:
    """The characters that are more often no number where they stand alone."""
    found = _values().items()
    return frozenset(char for char, value in found if value in _ALONE or value > _TEN)


def _parted(written: str) -> tuple[str, str, str]:
    """What stands before a decimal point, the point if there is one, and what is behind it."""
    point = next((mark for mark in _points() if mark in written), "")
    return written.partition(point) if point else (written, "", "")


def _total(written: str) -> int:
    total, part, last = 0, 0, 0
    for char in written:
        value = _values()[char]
        if value < _TEN:
            last = _TEN * last + value
        elif value < _LARGE:
            part, last = part + (last or int(not part)) * value, 0
        elif total >= value:  # behind a larger one
            total, part, last = total + (part + last) * value, 0, 0
        else:
            total, part, last = (total + part + last) * value, 0, 0
    return total + part + last * powers().get(written[-2:-1], _TEN) // _TEN
