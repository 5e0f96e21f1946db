"""The days that a text names, in any language and usual spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

from persona_env.text.spans import READINGS, Span, is_cjk

from .words import folded, own_words

BEFORE, AFTER = 120, 240  # days around the Monday of the week that a day without a year may be
WEEK_DAYS = 7
_WEEK = range(WEEK_DAYS)
BETWEEN = 3  # characters between a weekday and its date


class Named(NamedTuple):
    """A day that is named: how many days after the week's Monday it may be, and where.

    A weekday alone may be that of this week or of the next one; a date without a year is one day,
    written in digits alone it may be two.
    """

    days: frozenset[int]
    span: Span
    is_weekday: bool = False


@lru_cache(maxsize=READINGS)
def named_days(text: str, monday: date) -> tuple[Named, ...]:
    """The days in a text, in their order; a weekday beside a date is one with it.

    >>> [sorted(one.days) for one in named_days("by Friday, or on 12 March", date(2027, 3, 8))]
    [[4, 11], [4]]
    >>> named_days("Friday 13 March", date(2027, 3, 8))  # which is a Saturday
    (Named(days=frozenset(), span=(0, 15), is_weekday=False),)
    """
    dated, weekdays = list[Named](), list[Named]()
    plain = folded(text)
    for pattern in _dates():
        for match in pattern.finditer(plain):
            _keep(dated, Named(_of_date(match, monday), match.span()))
    for pattern, shown in ((_weekdays(), plain), (_short_weekdays(), text)):
        for match in pattern.finditer(shown):
            _keep(weekdays, Named(_of_weekday(match), match.span(), is_weekday=True))
    found = list[Named]()
    for one in sorted([*weekdays, *dated], key=lambda one: one.span):
        last = found[-1] if found else None
        if last is not None and last.is_weekday != one.is_weekday and _beside(text, last, one):
            found[-1] = _joined(last, one)
        else:
            found.append(one)
    return tuple(found)


def _keep(found: list[Named], one: Named) -> None:
    """Adds a day unless it stands where another one was found, or is none."""
    start, end = one.span
    if one.days and all(end <= k.span[0] or start >= k.span[1] for k in found):
        found.append(one)


def _beside(text: str, one: Named, other: Named) -> bool:
    """Whether nothing but a mark and a blank stands between two days."""
    between = text[one.span[1] : other.span[0]]
    return len(between) <= BETWEEN and not any(map(str.isalnum, between))


def _joined(one: Named, other: Named) -> Named:
    """A weekday and a date as one: the days that are both, in any week."""
    weekday, dated = (one, other) if one.is_weekday else (other, one)
    asked = {day % WEEK_DAYS for day in weekday.days}
    days = frozenset(day for day in dated.days if day % WEEK_DAYS in asked)
    return Named(days, (one.span[0], other.span[1]))


def _of_weekday(match: re.Match[str]) -> frozenset[int]:
    groups = match.groupdict()
    day = next(int(name[1:]) for name, found in groups.items() if found and name[1:].isdecimal())
    if groups.get("next"):
        return frozenset([day + WEEK_DAYS])
    return frozenset([day] if groups.get("this") else [day, day + WEEK_DAYS])


def _of_date(match: re.Match[str], monday: date) -> frozenset[int]:
    groups = match.groupdict()
    day = int(groups["day"])
    if groups.get("number"):
        pairs = [(day, int(groups["number"])), (int(groups["number"]), day)]
    elif groups.get("month_number"):
        pairs = [(day, int(groups["month_number"]))]
    else:
        name = next((name for name, found in groups.items() if found and name[0] == "m"), None)
        pairs = [(day, m) for m in ([int(name[1:])] if name else range(1, 13))]
    return frozenset(near for pair in pairs for near in _near(*pair, monday))


def _near(day: int, month: int, monday: date) -> Iterator[int]:
    """The days around the week that are this day of this month."""
    for year in {(monday + timedelta(days=days)).year for days in (-BEFORE, AFTER)}:
        try:
            days = (date(year, month, day) - monday).days
        except ValueError:
            continue
        if -BEFORE <= days <= AFTER:
            yield days


@cache
def _dates() -> tuple[re.Pattern[str], ...]:
    names = own_words().each("read")
    day = r"(?P<day>[0-3]?\d)(?!\d)"
    found = [
        r"\d{4}-(?P<month_number>[01]?\d)-(?P<day>[0-3]?\d)(?!\d)",
        r"(?<![\d:.])(?P<day>[0-3]?\d)[/](?P<number>[0-3]?\d)(?:/(?:\d{4}|\d\d))?(?![\d:])",
    ]
    for data in names.values():
        months = "|".join(
            f"(?P<m{n}>{'|'.join(map(re.escape, map(folded, one.split('|'))))})"
            for n, one in enumerate(data["month_names"], start=1)
        )
        for form in (*data["dates"], *data["month_days"]):
            said = folded(form).replace("{day}", day).replace("{month}", f"(?:{months})")
            found.append(rf"(?<![a-z0-9]){said}(?![a-z0-9])" if not _is_cjk(form, data) else said)
    found.append(rf"(?:{_all_weekdays()}),? {day}(?![:.]?\d|[^\W\d_])")
    return tuple(re.compile(form) for form in found)


def _all_weekdays() -> str:
    read = own_words().each("read").values()
    return _any([name for data in read for one in data["weekdays"] for name in one.split("|")])


def _is_cjk(form: str, data: dict[str, list[str]]) -> bool:
    return any(map(is_cjk, form + data["month_names"][0]))


@cache
def _weekdays() -> re.Pattern[str]:
    """All full names, in groups ``d0`` to ``d6``, with what stands before one."""
    read = own_words().each("read").values()
    this, following = (
        "|".join(folded(word) for data in read for word in data[name])
        for name in ("this_week", "next_week")
    )
    lead = rf"(?:(?P<this>{this})|(?P<next>{following}))"
    names = [[n for data in read for n in data["weekdays"][day].split("|")] for day in _WEEK]
    days = "|".join(f"(?P<d{day}>{_any(one)})" for day, one in enumerate(names))
    return re.compile(rf"(?:(?<![a-z0-9]){lead}\s*)?(?:{days})")


def _any(names: list[str]) -> str:
    """Any of these names, the longest first."""
    return "|".join(_bounded(folded(name)) for name in sorted(names, key=len, reverse=True))


def _bounded(name: str) -> str:
    return name if is_cjk(name[0]) else rf"(?<![a-z0-9]){name}(?![a-z0-9])"


@cache
def _short_weekdays() -> re.Pattern[str]:
    names = [data["short_weekdays"] for data in own_words().each("read").values()]
    each = ["|".join(filter(None, (one[day] for one in names))) for day in _WEEK]
    days = "|".join(f"(?P<d{day}>{one})" for day, one in enumerate(each) if one)
    return re.compile(rf"(?<![^\W_])(?:{days})(?![a-zà-ÿ0-9])")
