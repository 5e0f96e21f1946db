"""What find tests of age and size."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..entry import Entry
from .session import UsageError

UNITS = {"c": 1, "k": 1024, "M": 1024**2, "G": 1024**3, "b": 512, "w": 2, "": 512}
DAY, MINUTE = 86_400, 60
Test = Callable[["Found"], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """One path as find shows it, and what is there."""

    shown: str
    path: str
    entry: Entry


def counted(word: str, value: str, now: int) -> Test:
    """Tests of age and size: +n is more than n, -n less, n exactly n units."""
    found = re.fullmatch(r"([+-]?)(\d{1,9})([a-zA-Z]?)", value)
    if found is None or (found[3] and (word != "-size" or found[3] not in UNITS)):
        raise UsageError(f"invalid argument '{value}' to '{word}'")
    sign, n = found[1], int(found[2])

    def units(one: Found) -> float:
        if word == "-size":
            return -(-one.entry.size // UNITS[found[3]])
        age = now - one.entry.time
        if word == "-mtime":
            return age // DAY
        return age / MINUTE if sign else -(-age // MINUTE)

    return lambda f: units(f) > n if sign == "+" else units(f) < n if sign else units(f) == n
