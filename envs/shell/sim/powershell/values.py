"""What is handed along a pipeline: texts, numbers, files, dates, matches."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..entry import SEP, Entry, base, parent
from ..limits import LINE, QUANTIFIERS, Refused

DAY = 86_400
PATTERN = re.compile(r"(?<!\\)(?:[*+]|\{\d*,\d*\})")


@dataclass(frozen=True, slots=True)
class Item:
    """A file or a folder as it was found."""

    path: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Date:
    """A moment, in seconds since 1970."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Match:
    """A line that fits a pattern: of which file, and its number."""

    path: str
    number: int
    line: str


class ShellError(Exception):
    """What a cmdlet reports: it stops, the script goes on."""


def windows(path: str) -> str:
    """A path as Windows shows it.

    >>> windows("/Users/sam/a.txt")
    'C:\\\\Users\\\\sam\\\\a.txt'
    """
    return "C:" + path.replace(SEP, "\\")


def text_of(value: Any) -> str:
    """A value as a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, Item):
        return windows(value.path)
    if isinstance(value, Match):
        return f"{value.path}:{value.number}:{value.line}" if value.path else value.line
    if isinstance(value, Date):
        return datetime.fromtimestamp(value.seconds, UTC).strftime("%m/%d/%Y %H:%M:%S")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(map(text_of, value)) if isinstance(value, list) else str(value)


def is_true(value: Any) -> bool:
    """A value as a condition."""
    if isinstance(value, list):
        return is_true(value[0]) if len(value) == 1 else bool(value)
    return bool(value) or isinstance(value, Date)


def regex(pattern: str, folds: bool = True) -> re.Pattern[str]:
    """A pattern of .NET in the part that Python shares and that never takes long."""
    bare = re.sub(r"\[(?:\\.|[^\]\\])*\]", "", pattern)
    too_much = len(PATTERN.findall(bare)) > QUANTIFIERS or re.search(r"\)[*+{?]", bare)
    if too_much or re.search(r"\(\?|\\[1-9kpP]|\{\d{3}", bare):
        raise Refused("has a pattern that is not simulated, or could take too long")
    try:
        return re.compile(pattern, re.IGNORECASE if folds else 0)
    except re.error as error:
        raise ShellError(f"invalid pattern '{pattern}': {error}") from error


def replaced(text: str, pattern: str, new: str, folds: bool = True) -> str:
    """``-replace``: $1 and $& stand for what was found."""
    found = regex(pattern, folds)
    if any(len(line) > LINE for line in text.split("\n")):
        raise Refused(f"looks for a pattern in a line of more than {LINE} characters")
    new = re.sub(r"\\", r"\\\\", new)
    return found.sub(re.sub(r"\$\{?(\d)\}?", r"\\g<\1>", new).replace("$&", r"\g<0>"), text)


def member(value: Any, name: str, now: int) -> Any:
    """A property; ``None`` where there is none, as PowerShell has it."""
    if isinstance(value, list) and name not in ("count", "length"):
        return [member(one, name, now) for one in value]
    if name == "count":
        return len(value) if isinstance(value, list) else 1
    if name == "length" and isinstance(value, str | list):
        return len(value)
    table = _PROPERTIES.get(type(value), {})
    return table[name](value) if name in table else None


def _stem(item: Item) -> str:
    name = base(item.path)
    return name if item.entry.kind == "dir" or "." not in name else name.rpartition(".")[0]


def _extension(item: Item) -> str:
    name = base(item.path)
    return f".{name.rpartition('.')[2]}" if "." in name else ""


def _moment(date: Date) -> datetime:
    return datetime.fromtimestamp(date.seconds, UTC)


_PROPERTIES: dict[type, dict[str, Callable[[Any], Any]]] = {
    Item: {
        "name": lambda i: base(i.path), "fullname": lambda i: windows(i.path),
        "basename": _stem, "extension": _extension,
        "length": lambda i: i.entry.size if i.entry.kind == "file" else 1,
        "lastwritetime": lambda i: Date(i.entry.time),
        "creationtime": lambda i: Date(i.entry.time),
        "directoryname": lambda i: windows(parent(i.path)),
        "directory": lambda i: windows(parent(i.path)),
        "psiscontainer": lambda i: i.entry.kind == "dir",
    },
    Match: {
        "line": lambda m: m.line, "path": lambda m: m.path, "linenumber": lambda m: m.number,
        "filename": lambda m: m.path.rpartition("\\")[2],
    },
    Date: {
        "year": lambda d: _moment(d).year, "month": lambda d: _moment(d).month,
        "day": lambda d: _moment(d).day, "date": lambda d: Date(d.seconds // DAY * DAY),
    },
}  # fmt: skip
