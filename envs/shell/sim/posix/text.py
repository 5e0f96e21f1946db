"""Tools that take lines and give lines."""

from __future__ import annotations

import re
from itertools import groupby

from ..limits import Refused
from .listing import inputs
from .options import read_options, whole
from .sed import split_lines
from .session import Session, Streams, UsageError, tool


def lines_of(text: str) -> list[str]:
    """The lines without their ends."""
    return [line.removesuffix("\n") for line in split_lines(text)]


def say_lines(io: Streams, lines: list[str]) -> None:
    """Write lines, each with an end."""
    io.say("".join(f"{line}\n" for line in lines))


def joined(session: Session, io: Streams, name: str, words: list[str]) -> tuple[str, int]:
    """The inputs as one text, and 1 if one of them could not be read."""
    found = inputs(session, io, name, words)
    parts = [t if not t or t.endswith("\n") or name == "wc" else f"{t}\n" for _, t in found]
    return "".join(parts), int(len(found) < len(words))


@tool("uniq")
def uniq(session: Session, io: Streams, args: list[str]) -> int:
    """uniq [-cdu]."""
    given = read_options(session, args, "cdu", "", {"count": "c", "repeated": "d", "unique": "u"})
    text, status = joined(session, io, "uniq", given.operands[:1])
    width = 7 if session.gnu else 4
    for line, group in groupby(lines_of(text)):
        n = len([*group])
        if ("d" in given and n < 2) or ("u" in given and n > 1):
            continue
        io.say((f"{n:{width}d} " if "c" in given else "") + line + "\n")
    return status


@tool("wc")
def wc(session: Session, io: Streams, args: list[str]) -> int:
    """wc [-lwcm]."""
    given = read_options(session, args, "lwcm", "", {"lines": "l", "words": "w", "bytes": "c"})
    found = inputs(session, io, "wc", given.operands)
    counts = [(name, (t.count("\n"), len(t.split()), len(t.encode()), len(t))) for name, t in found]
    if len(given.operands) > 1:
        counts.append(("total", tuple(map(sum, zip(*(c for _, c in counts), strict=True)))))  # type: ignore[arg-type]
    flags = [f for f in "lwcm" if f in given] or ["l", "w", "c"]
    single = len(flags) == 1 and (len(counts) == 1 or not given.operands)
    width = 1 if single else max([7, *(len(str(n)) for _, c in counts for n in c)]) if (
        not given.operands) else len(str(max([0, *(n for _, c in counts for n in c)])))  # fmt: skip
    width = width if session.gnu else 8
    for name, numbers in counts:
        shown = [f"{numbers['lwcm'.index(f)]:{width}d}" for f in flags]
        io.say((" " if session.gnu else "").join(shown) + (f" {name}" * (name != "-")) + "\n")
    return int(len(found) < len(given.operands))


@tool("head")
def head(session: Session, io: Streams, args: list[str]) -> int:
    """head, of one input: -n N, or -N."""
    return _ends(session, io, args, "head")


def _ends(session: Session, io: Streams, args: list[str], name: str) -> int:
    args = [f"-n{word[1:]}" if re.fullmatch(r"-\d+", word) else word for word in args]
    given = read_options(session, args, "q", "n", {"lines": "n"})
    if len(given.operands) > 1:
        raise Refused(f"calls {name} for several files, which is not simulated")
    count = given.values.get("n", "10")
    found = inputs(session, io, name, given.operands)
    lines = [line for _, text in found for line in split_lines(text)]
    n = abs(whole(count))
    if name == "head":
        if count.startswith("-") and not session.gnu:
            raise UsageError(f"illegal line count -- {count}")
        kept = lines[: len(lines) - n] if count.startswith("-") else lines[:n]
    else:
        kept = lines[max(0, n - 1) :] if count.startswith("+") else lines[len(lines) - n :] if (
            n < len(lines)) else lines  # fmt: skip
    io.say("".join(kept))
    return int(len(found) < len(given.operands))


@tool("tail")
def tail(session: Session, io: Streams, args: list[str]) -> int:
    """tail, of one input: -n N, -n +N, or -N."""
    return _ends(session, io, args, "tail")
