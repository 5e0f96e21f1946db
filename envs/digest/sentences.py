"""Sentences on what was settled, and dates in words."""

from __future__ import annotations

from datetime import date, timedelta

from .week import Item
from .words import said


def date_words(day: int, monday: date, code: str) -> str:
    """A day of the week, so many days after ``monday``, as it is written in a language.

    >>> date_words(3, date(2027, 3, 8), "en")
    'Thursday 11 March'
    """
    words, when = said(code), monday + timedelta(days=day)
    form: str = words["date"]
    return form.format(
        weekday=words["days"][when.weekday()], day=when.day, month=words["months"][when.month - 1]
    )


def sentence(item: Item, monday: date, code: str) -> str:
    """The item in words, without a citation and without a full stop."""
    when = "" if item.day is None else date_words(item.day, monday, code)
    text = item.says[code].format(owner=item.owner or "", date=when)
    return text.rstrip(said(code)["stop"])


def cited(text: str, item: Item, code: str) -> str:
    """A sentence with the citation of the item before its full stop."""
    return f"{text} [#{item.cites[0]}]{said(code)['stop']}"


def point(item: Item, monday: date, code: str) -> str:
    """A whole point of a digest on an item."""
    return cited(sentence(item, monday, code), item, code)
