"""sort."""

from __future__ import annotations

import re
from itertools import groupby

from ..limits import Refused
from .options import Given, read_options
from .session import Session, Streams, tool
from .text import joined, lines_of, say_lines

_KEY = re.compile(r"(\d+)(?:,(\d+))?([nr]*)")
_NUMBER = re.compile(r"[ \t]*(-?\d+(?:\.\d+)?)")


@tool("sort")
def sort(session: Session, io: Streams, args: list[str]) -> int:
    """sort [-nruf] [-k N[,M]] [-t C] [-o FILE], by bytes."""
    long = {"numeric-sort": "n", "reverse": "r", "unique": "u", "ignore-case": "f"}
    given = read_options(session, args, "nruf", "kto", long)
    text, status = joined(session, io, "sort", given.operands)
    if status:
        return 2
    lines = lines_of(text)
    session.budget.spend(len(lines) // 10)

    def key(line: str) -> tuple[object, ...]:
        return _key(line, given)

    found = _KEY.fullmatch(given.values.get("k", ""))
    falls = "r" in given or (found is not None and "r" in found[3])
    if "u" in given:  # the first of equal ones stays
        ordered = [next(group) for _, group in groupby(sorted(lines, key=key), key)]
        ordered = ordered[::-1] if falls else ordered
    else:  # of equal ones the bytes decide
        ordered = sorted(lines, key=str.encode, reverse="r" in given)
        ordered.sort(key=key, reverse=falls)
    if "o" in given:
        session.disk.write(session.path(given.values["o"]), "".join(f"{x}\n" for x in ordered))
    else:
        say_lines(io, ordered)
    return 0


def _key(line: str, given: Given) -> tuple[object, ...]:
    part, flags = line, set(given.flags)
    if "k" in given:
        found = _KEY.fullmatch(given.values["k"])
        if found is None:
            raise Refused("sorts by a key that is not simulated")
        first, last = int(found[1]) - 1, int(found[2]) if found[2] else None
        flags |= set(found[3])
        if "t" in given:
            part = given.values["t"].join(line.split(given.values["t"])[first:last])
        else:
            part = "".join(re.findall(r"[ \t]*[^ \t]+", line)[first:last])
    if "n" in flags:
        number = _NUMBER.match(part)
        return (float(number[1]) if number else 0.0,)
    return ((part.upper() if "f" in flags else part).encode(),)
