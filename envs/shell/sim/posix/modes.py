"""chmod."""

from __future__ import annotations

import re
from dataclasses import replace

from ..entry import DiskError, Entry
from .files import each
from .session import Session, Streams, UsageError, tool

_MODE = re.compile(r"([ugoa]*)([+=-])([rwxX]+)")
_SHIFTS = {"u": (6,), "g": (3,), "o": (0,), "a": (6, 3, 0), "": (6, 3, 0)}


@tool("chmod")
def chmod(session: Session, io: Streams, args: list[str]) -> int:
    """chmod [-R], with octal modes and letters."""
    words = [word for word in args if word not in ("-R", "--")]
    if len(words) < 2:
        raise UsageError("missing operand")
    mode, *paths = words

    def change(word: str, path: str) -> None:
        if session.disk.get(path) is None:
            raise DiskError("No such file or directory")
        for one in [path, *(session.disk.below(path) if "-R" in args else ())]:
            entry = session.disk.entries[one]
            session.disk.put(one, replace(entry, mode=_mode(mode, entry)))

    return each(session, io, "chmod", paths, change)


def _mode(text: str, entry: Entry) -> int:
    if re.fullmatch(r"0?[0-7]{3}", text):
        return int(text, 8)
    mode = entry.mode
    for part in text.split(","):
        found = _MODE.fullmatch(part)
        if found is None:
            raise UsageError(f"invalid mode: '{text}'")
        who, sign, what = found.groups()
        bits = sum({"r": 4, "w": 2, "x": 1}[c] for c in set(what) - {"X"})
        bits |= int("X" in what and (entry.kind == "dir" or bool(mode & 0o111)))
        for shift in _SHIFTS.get(who) or [s for w in who for s in _SHIFTS[w]]:
            kept = mode & ~(7 << shift) if sign == "=" else mode
            mode = kept & ~(bits << shift) if sign == "-" else kept | bits << shift
    return mode
