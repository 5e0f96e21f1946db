"""What find tests of age and size."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..entry import Entry
from .session import UsageError

UNITS = {"c": 1, "k": 1024, "M": 1024**2, "G": 1024**3, "b": 512, "w": 2, "": 512}
DAY, MINUTE = 86_400, 60
TIMES = {"s": 1, "m": MINUTE, "h": 60 * MINUTE, "d": DAY, "w": 7 * DAY}
Test = Callable[["Found"], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """One path as find shows it, and what is there."""

    shown: str
    path: str
    entry: Entry


def counted(word: str, value: str, now: int, gnu: bool = True) -> Test:
    """Tests of age and size: +n is more than n, -n less, n exactly n units.

    The find of BSD and macOS takes a unit with -mtime (``-23d``), and does not round then.
    """
    found = re.fullmatch(r"([+-]?)(\d{1,9})([a-zA-Z]?)", value)
    units_of = {"-size": UNITS, "-mtime": {} if gnu else TIMES}.get(word, {})
    if found is None or (found[3] and found[3] not in units_of):
        raise UsageError(f"invalid argument '{value}' to '{word}'")
    sign, n = found[1], int(found[2])

    def units(one: Found) -> float:
        if word == "-size":
            return -(-one.entry.size // UNITS[found[3]])
        age = now - one.entry.time
        if word == "-mtime" and found[3]:
            return age / TIMES[found[3]]
        if word == "-mtime":
            return age // DAY
        return age / MINUTE if sign else -(-age // MINUTE)

    return lambda f: units(f) > n if sign == "+" else units(f) < n if sign else units(f) == n
