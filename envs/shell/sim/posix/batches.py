"""xargs."""

from __future__ import annotations

import re

from .commands import call
from .options import whole
from .session import Session, Streams, UsageError, tool


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
