"""Tools that take parts of lines: cut and tr."""

from __future__ import annotations

import re

from ..limits import Refused
from .options import read_options
from .printing import unescape
from .session import Session, Streams, UsageError, tool
from .text import joined, lines_of

_RANGES = re.compile(r"\d*(?:-\d*)?(?:,\d*(?:-\d*)?)*")


@tool("cut")
def cut(session: Session, io: Streams, args: list[str]) -> int:
    """cut -d C -f LIST, cut -c LIST."""
    given = read_options(session, args, "s", "dfc", {"delimiter": "d", "fields": "f"})
    kind = "f" if "f" in given else "c"
    if kind not in given or not _RANGES.fullmatch(given.values[kind]):
        raise UsageError("you must specify a list of characters or fields")
    mark = given.values.get("d", "\t")
    if len(mark) != 1:
        raise UsageError("the delimiter must be a single character")
    text, status = joined(session, io, "cut", given.operands)
    for line in lines_of(text):
        if kind == "f" and mark not in line:
            io.say("" if "s" in given else f"{line}\n")
            continue
        parts = line.split(mark) if kind == "f" else list(line)
        io.say((mark if kind == "f" else "").join(_chosen(parts, given.values[kind])) + "\n")
    return status


def _chosen(parts: list[str], ranges: str) -> list[str]:
    kept: set[int] = set()
    for one in ranges.split(","):
        first, dash, last = one.partition("-")
        low = int(first or 1)
        high = (int(last) if last else len(parts)) if dash else low
        kept |= set(range(low, min(high, len(parts)) + 1))
    return [part for place, part in enumerate(parts, 1) if place in kept]


@tool("tr")
def tr(session: Session, io: Streams, args: list[str]) -> int:
    """tr [-ds] SET1 [SET2]."""
    given = read_options(session, args, "dsc")
    sets = [_set(word) for word in given.operands]
    needed = 2 if not {"d", "s"} & given.flags or {"d", "s"} <= given.flags else 1
    if not needed <= len(sets) <= needed + ("s" in given and needed == 1):
        raise UsageError("missing or extra operand")
    if "c" in given:
        raise Refused("calls tr -c, which is not simulated")
    text, first = io.rest(), sets[0]
    if "d" in given:
        text = "".join(c for c in text if c not in first)
    elif len(sets) == 2:
        second = sets[1] + sets[1][-1:] * len(first)
        table = dict(zip(first[::-1], second[: len(first)][::-1], strict=True))
        text = "".join(table.get(c, c) for c in text)
    if "s" in given:
        squeezed = sets[-1]
        text = re.sub(r"(.)\1+", lambda m: m[1] if m[1] in squeezed else m[0], text, flags=re.S)
    io.say(text)
    return 0


def _set(word: str) -> str:
    text = unescape(word)
    for name, source in {"upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                         "lower": "abcdefghijklmnopqrstuvwxyz", "digit": "0123456789",
                         "space": " \t\n\r\v\f"}.items():  # fmt: skip
        text = text.replace(f"[:{name}:]", source)
    return re.sub(r"(\w)-(\w)", lambda m: "".join(map(chr, range(ord(m[1]), ord(m[2]) + 1))), text)
