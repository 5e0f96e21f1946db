"""Tools that take lines and give lines."""

from __future__ import annotations

import re
from itertools import groupby

from ..limits import Refused
from .commands import call
from .listing import inputs, unescape
from .options import Given, read_options, whole
from .sed import split_lines
from .session import Session, Streams, UsageError, tool

_KEY = re.compile(r"(\d+)(?:,(\d+))?([nr]*)")
_NUMBER = re.compile(r"[ \t]*(-?\d+(?:\.\d+)?)")
_RANGES = re.compile(r"\d*(?:-\d*)?(?:,\d*(?:-\d*)?)*")


def lines_of(text: str) -> list[str]:
    """The lines without their ends."""
    return [line.removesuffix("\n") for line in split_lines(text)]


def say_lines(io: Streams, lines: list[str]) -> None:
    """Write lines, each with an end."""
    io.say("".join(f"{line}\n" for line in lines))


def _text(session: Session, io: Streams, name: str, words: list[str]) -> tuple[str, int]:
    found = inputs(session, io, name, words)
    parts = [t if not t or t.endswith("\n") or name == "wc" else f"{t}\n" for _, t in found]
    return "".join(parts), int(len(found) < len(words))


@tool("sort")
def sort(session: Session, io: Streams, args: list[str]) -> int:
    """sort [-nruf] [-k N[,M]] [-t C] [-o FILE], by bytes."""
    long = {"numeric-sort": "n", "reverse": "r", "unique": "u", "ignore-case": "f"}
    given = read_options(session, args, "nruf", "kto", long)
    text, status = _text(session, io, "sort", given.operands)
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


@tool("uniq")
def uniq(session: Session, io: Streams, args: list[str]) -> int:
    """uniq [-cdu]."""
    given = read_options(session, args, "cdu", "", {"count": "c", "repeated": "d", "unique": "u"})
    text, status = _text(session, io, "uniq", given.operands[:1])
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
    text, status = _text(session, io, "cut", given.operands)
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


@tool("xargs")
def xargs(session: Session, io: Streams, args: list[str]) -> int:
    """xargs [-0rt] [-n N] [-I WORD] TOOL..."""
    flags, values, rest = set[str](), dict[str, str](), list(args)
    while rest and rest[0].startswith("-") and len(rest[0]) > 1:
        word = rest.pop(0)
        if word[1] in "nIPL":
            values[word[1]] = word[2:] or (rest.pop(0) if rest else "")
        elif set(word[1:]) <= set("0rt"):
            flags |= set(word[1:])
        else:
            raise UsageError(f"invalid option '{word}'")
    words = rest or ["echo"]
    items = _items(io.rest(), "0" in flags, "I" in values)
    if not items:
        never = "I" in values or "r" in flags or not session.gnu
        return 0 if never else call(session, io, words)
    if "I" in values:
        mark = values["I"] or "{}"
        calls = [[w.replace(mark, item) for w in words] for item in items]
    else:
        n = max(1, whole(values["n"])) if "n" in values else len(items)
        calls = [words + items[i : i + n] for i in range(0, len(items), n)]
    failed = [call(session, io, argv) != 0 for argv in calls]
    return 123 if any(failed) and session.gnu else int(any(failed))


def _items(text: str, zeros: bool, lines: bool) -> list[str]:
    if zeros:
        return [item for item in text.split("\0") if item]
    if lines:
        return [line.strip() for line in text.split("\n") if line.strip()]
    found = re.findall(r"((?:\"[^\"\n]*\"|'[^'\n]*'|\\.|[^\s\"'\\])+)", text)
    return [re.sub(r"\"([^\"]*)\"|'([^']*)'|\\(.)", lambda m: m[1] or m[2] or m[3] or "", item)
            for item in found]  # fmt: skip
