"""Patterns of grep and sed as Python's, in a part in which no search takes long."""

from __future__ import annotations

import re
from functools import lru_cache

from ..limits import LINE, QUANTIFIERS, Refused
from .globs import CLASSES
from .session import UsageError

_TOKEN = re.compile(r"\\(.)|\[(\^?\]?(?:\[:\w+:\]|[^\]])*)\]|(.)", re.S)
WORD = {"w": r"\w", "W": r"\W", "s": r"\s", "S": r"\S", "b": r"\b", "<": r"\b(?=\w)",
        ">": r"\b(?<=\w)"}  # fmt: skip
OPERATORS = "+?|(){}"


@lru_cache(maxsize=512)
def compiled(
    pattern: str, extended: bool, folds: bool = False, gnu: bool = True
) -> re.Pattern[str]:
    """A basic or an extended pattern; raises :class:`UsageError` for what is none.

    Raises :class:`Refused` for references back, for a repeated group that repeats, and for more
    than three marks of repetition: on some lines these take too long.
    """
    parts = [_piece(found, extended, gnu) for found in _TOKEN.finditer(pattern)]
    source = "".join(parts)
    repeats = re.findall(
        r"(?<!\\)(?:[*+]|\{\d*,\d*\})", re.sub(r"\[(?:\\.|[^\]\\])*\]", "", source)
    )
    if len(repeats) > QUANTIFIERS or re.search(r"\)[*+{?]", source):
        raise Refused("has a pattern that could take too long")
    if any(int(number) > 50 for number in re.findall(r"\{(\d+)", source)):
        raise Refused("has a pattern that could take too long")
    try:
        return re.compile(source, re.IGNORECASE if folds else 0)
    except re.error as error:
        raise UsageError(f"invalid pattern: {error}") from error


def _piece(found: re.Match[str], extended: bool, gnu: bool) -> str:
    escaped, bracket, char = found.groups()
    if bracket is not None:
        inside = re.sub(r"[\\&~|\[](?!:)", lambda m: "\\" + m[0], bracket)
        inside = re.sub(r"\[:(\w+):\]", lambda m: CLASSES.get(m[1], ""), inside)
        inside = re.sub(r"^(\^?)\]", r"\1\\]", inside)
        return f"[{inside}]"
    if escaped is not None:
        if escaped.isdecimal():
            raise Refused("has a reference back, which is not simulated")
        if not extended and escaped in OPERATORS and (gnu or escaped in "(){}"):
            return escaped
        return WORD.get(escaped) or re.escape(escaped)
    if not extended and char in OPERATORS:
        return re.escape(char)
    if char == "*" and found.start() == 0:
        return r"\*"
    if char == "^" and not extended:
        return "^" if found.start() == 0 or found.string[: found.start()].endswith(r"\(") else r"\^"
    if char == "$" and not extended:
        last = found.end() == len(found.string) or found.string[found.end() :].startswith(r"\)")
        return "$" if last else r"\$"
    return char if char in r".*+?|(){}^$" else re.escape(char)


def fixed(text: str, folds: bool = False) -> re.Pattern[str]:
    """A text that stands for itself."""
    return re.compile(re.escape(text), re.IGNORECASE if folds else 0)


def checked(line: str) -> str:
    """The line, if a pattern may be looked for in it; raises :class:`Refused` for a long one."""
    if len(line) > LINE:
        raise Refused(f"looks for a pattern in a line of more than {LINE} characters")
    return line
