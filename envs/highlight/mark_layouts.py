"""Marks in JSON, below headings, and in tables with a column for what is reliable, as lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from .mark_forms import LETTERS
from .words import any_of, either

_OBJECT = re.compile(r'(?:"(\d{1,3})"\s*+:\s*+)?(\{[^{}]*\})')
_NUMBER_KEYS = ("id", "n", "nr")
_YES = "✓"


def as_lines(reply: str) -> str:
    """The reply with a line for each mark; every sign that is kept stays about where it was, and
    the text is as long as before.

    >>> as_lines('[{"statement": 1, "confidence": "95 %", "reliable": true}]').split()
    ['[', '1:', '95', '%', 'reliable', ']']
    >>> as_lines("Statement 1\\n95 % reliable (A)")
    'Statement 1:95 % reliable (A)'
    """
    flat = _OBJECT.sub(_object, reply)
    return "\n".join(_with_flags(_below().sub(_joined, flat).split("\n")))


def _object(found: re.Match[str]) -> str:
    """An object of JSON as a line; as it is if it is no mark, or has no room for the line."""
    try:
        fields = json.loads(found[2])
    except (ValueError, RecursionError):
        return found[0]
    line = _line(found[1], fields)
    return f"\n{line}".ljust(len(found[0])) if line and len(line) < len(found[0]) else found[0]


def _line(number: str | None, fields: dict[str, Any]) -> str | None:
    """``1: 95 % reliable (A)``, with what else is said in small letters behind."""
    stated, flag, sources, others = None, "", "", []
    for name, value in fields.items():
        key, said = name.replace("_", " "), _said(value)
        calls = any_of("reliable").search(key)
        if calls and (value is False or value is True or any_of("yes").fullmatch(said)):
            flag = "" if value is False else calls[0]
        elif number is None and _is_number(key) and re.fullmatch(r"\[?\d{1,3}\]?", said):
            number = said.strip("[]")
        elif stated is None and (any_of("about").search(key) or any_of("percent").search(key)):
            stated = said
        elif LETTERS.fullmatch(said):
            sources = f"({said})"
        else:
            others.append(said.casefold())
    if number is None or stated is None:
        return None
    return " ".join([f"{number}: {stated}", *filter(None, [flag, sources, *others])])


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    return "" if value is None else " ".join(str(value).split())


def _is_number(key: str) -> bool:
    return key.casefold() in _NUMBER_KEYS or bool(any_of("label").search(key))


@cache
def _below() -> re.Pattern[str]:
    """A heading with nothing but the number of a statement, and the lines below it."""
    heading = rf"^[^\w\n]*+{either('label')}[ \t]*+\[?\d{{1,3}}\]?[^\w\n]*+{either('counter')}?"
    return re.compile(
        rf"({heading}[^\w\n]*+)(\n\n?)((?:(?!{heading}[^\w\n]*+$)[^\n]+(?:\n|\Z))+)",
        re.IGNORECASE | re.MULTILINE,
    )


def _joined(found: re.Match[str]) -> str:
    below = found[3].rstrip("\n")
    end = found[3][len(below) :]
    return f"{found[1]}{':'.ljust(len(found[2]))}{below.replace(chr(10), ' ')}{end}"


def _with_flags(lines: list[str]) -> Iterator[str]:
    """The lines, where 'yes' in the column for what is reliable of a table is a tick."""
    column = None
    for line in lines:
        cells = line.split("|")
        if len(cells) < 3:
            column = None
        elif column is None:
            named = (i for i, cell in enumerate(cells) if any_of("reliable").search(cell))
            column = next(named, None)
        elif column < len(cells) and any_of("yes").fullmatch(cells[column].strip(" *_")):
            cells[column] = _YES.ljust(len(cells[column]))
            line = "|".join(cells)  # noqa: PLW2901
        yield line
