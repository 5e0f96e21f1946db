"""The dates of a text, and in which form each is written."""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from persona_env.text.spans import READINGS, Span

from .slots import DATES
from .words import listed


class Date(NamedTuple):
    """A date in a text: the day, in which form it is written, and where."""

    day: date
    form: str
    span: Span


@lru_cache(maxsize=READINGS)
def dates(text: str) -> tuple[Date, ...]:
    """The dates with a year, in their order.

    >>> [(found.form, found.day.isoformat()) for found in dates("from 4 May 2026 to 2026-06-01")]
    [('14 March 2026', '2026-05-04'), ('2026-03-14', '2026-06-01')]
    """
    found = []
    for form, pattern in _date_patterns():
        for match in pattern.finditer(text):
            day = _day(match)
            if day is not None:
                found.append(Date(day, form, match.span()))
    return tuple(sorted(found, key=lambda one: one.span))


def _day(match: re.Match[str]) -> date | None:
    month = match["month"]
    number = int(month) if month.isdecimal() else _month(month)
    try:
        return date(int(match["year"]), number, int(match["day"]))
    except ValueError:
        return None


def _month(name: str) -> int:
    short = [one.casefold() for one in listed("months_short")]
    return short.index(name.casefold()[:3]) + 1


@cache
def _date_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    names = "|".join((*listed("months"), *listed("months_short")))
    day, year, month = r"(?P<day>\d{1,2})", r"(?P<year>\d{4})", rf"(?P<month>{names})"
    ordinal = f"(?:{'|'.join(listed('ordinals'))})?"
    before, behind = (f"(?:{'|'.join(listed(name))} )?" for name in ("articles", "of"))
    forms = (
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        rf"{before}{day}{ordinal} {behind}{month}\.?,? {year}",
        rf"{month}\.? {day}{ordinal},? {year}",
        rf"{day}/(?P<month>\d{{1,2}})/{year}",
    )
    return tuple(
        (form, re.compile(rf"(?<![\w/-]){pattern}(?![\w/-])", re.IGNORECASE))
        for form, pattern in zip(DATES, forms, strict=True)
    )
