"""A text with slots, written once and said in any house style.

``{colour|color}`` is a word in British and American spelling, ``{2026-03-14}`` a date, ``{,}`` the
comma before the last item of a list, ``{+}`` a place where two sentences may be one, and
``{#heading words}`` a heading.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from .style import STYLE, Style
from .words import listed

_SLOT = re.compile(r"\{([^{}]*)\}")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_JOIN = re.compile(r"\{\+\}(\s*)(\S)")
DATES = STYLE["date_format"]


class At(NamedTuple):
    """Which habits a text with slots decides."""

    spelling: bool
    serial_comma: bool
    date_format: bool
    sentences: bool
    heading_case: bool


def at_stake(marked: str) -> At:
    """What a text with slots has slots for.

    >>> at_stake("The {colour|color} of {2026-03-14}")
    At(spelling=True, serial_comma=False, date_format=True, sentences=False, heading_case=False)
    """
    slots = _SLOT.findall(marked)
    headings = "{#" in marked
    return At(
        any("|" in slot for slot in slots),
        "," in slots,
        any(_ISO.fullmatch(slot) for slot in slots),
        "+" in slots,
        headings,
    )


def render(marked: str, style: Style) -> str:
    """The text in this style; what is unknown is British, short, and without a serial comma.

    >>> render("it is {grey|gray} since {2026-03-14}", {"date_format": "March 14, 2026"})
    'it is grey since March 14, 2026'
    """
    joined = style.get("sentences") not in (None, "at most 14 words")
    text = _JOIN.sub(lambda m: _joint(m, joined), marked)
    for _ in range(2):  # a heading may hold words with slots
        text = _SLOT.sub(lambda m: _filled(m[1], style), text)
    return text


def _joint(match: re.Match[str], joined: bool) -> str:
    return f"{' '.join(listed('joint'))} {match[2]}" if joined else f". {match[2].upper()}"


def _filled(slot: str, style: Style) -> str:
    if slot == ",":
        return "," if style.get("serial_comma") == "yes" else ""
    if slot.startswith("#"):
        return in_case(slot[1:], style.get("heading_case") or "sentence case")
    if _ISO.fullmatch(slot):
        return write_date(date.fromisoformat(slot), style.get("date_format") or DATES[1])
    british, _, american = slot.partition("|")
    return american if style.get("spelling") == "American" else british


def write_date(day: date, form: str) -> str:
    """A day in the form of :data:`DATES` that shows 14 March 2026 so.

    >>> write_date(date(2026, 3, 4), "March 14, 2026")
    'March 4, 2026'
    """
    month = listed("months")[day.month - 1]
    return {
        DATES[0]: day.isoformat(),
        DATES[1]: f"{day.day} {month} {day.year}",
        DATES[2]: f"{month} {day.day}, {day.year}",
        DATES[3]: f"{day.day:02}/{day.month:02}/{day.year}",
    }[form]


def in_case(words: str, case: str) -> str:
    """Words as a heading; what has a capital keeps it.

    >>> in_case("plans for the Elm wing", "title case")
    'Plans for the Elm Wing'
    """
    if case == "sentence case":
        return words[:1].upper() + words[1:]
    small = listed("small")
    parts = words.split(" ")
    last = len(parts) - 1
    return " ".join(
        part if part in small and 0 < place < last else part[:1].upper() + part[1:]
        for place, part in enumerate(parts)
    )
