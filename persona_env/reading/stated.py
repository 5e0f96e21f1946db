"""The numbers of a text with their units, and whether one is another one rounded."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from persona_env.languages import word_lines
from persona_env.languages.facts import LANGUAGES
from persona_env.text.numbers import Number, digits_in
from persona_env.text.numerals import BEHIND, is_share_before, numerals_in, powers
from persona_env.text.spans import READINGS, Span, fold, is_cjk

_BEFORE_IT = re.compile(r"(?:[a-zà-ÿ._]|[a-z0-9à-ÿ],)\Z")  # part of a name, such as H2O
_BEHIND_IT = re.compile(r"[a-z_]*\d")
_UNIT = re.compile(r"[^\w\n°%]{0,4}([°%]|[^\W\d_]+)")
PERCENT = "%"
_STEM = 4  # letters of a unit that are compared


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
        Stated(
            float(one.text), PERCENT if one.percent else unit_behind(folded, one.span[1]), one.span
        )
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
        return value, unit_behind(folded, end)
    return value * times, unit_behind(folded, end + 1)


def _is_in_name(folded: str, span: Span) -> bool:
    """Whether letters stand at a number as in 'H2O'."""
    start, end = span
    before = _BEFORE_IT.search(folded, max(0, start - 2), start)
    return bool(before or _BEHIND_IT.match(folded, end))


def unit_behind(folded: str, at: int) -> str:
    """The sign of the unit that begins here, or the first letters of the word."""
    found = _UNIT.match(folded, at)
    if found is None:
        return ""
    word = found[1][:1] if is_cjk(found[1][0]) else found[1]
    return unit_signs().get(word, word[:_STEM])


@lru_cache(maxsize=1)
def unit_signs() -> dict[str, str]:
    """Each name of a unit, in any language, with its sign."""
    lines = [line.split() for line in word_lines("unit", *LANGUAGES)]
    return {name: names[0] for names in lines for name in names}


def rounds(short: float, long: float) -> bool:
    """Whether a number is another one to the place of its last digit, rounded or cut off.

    >>> rounds(3950, 3952), rounds(4000, 3952), rounds(3900, 3952), rounds(3930, 3952)
    (True, True, True, False)
    """
    place = Decimal(f"{short:.12g}").normalize().as_tuple().exponent
    step = 10.0 ** int(place)
    return abs(short - long) <= step / 2 or 0 <= long - short < step
