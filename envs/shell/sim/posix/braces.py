"""Brace expansion: ``{a,b}`` and ``{1..9}``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..limits import WORDS, Refused
from .globs import Char

_RANGE = re.compile(r"(-?\d{1,6})\.\.(-?\d{1,6})(?:\.\.(-?\d{1,4}))?|([a-z])\.\.([a-z])")


def braced(chars: Sequence[Char]) -> list[list[Char]]:
    """The words that braces make of one; raises :class:`Refused` for too many.

    >>> word = [(c, False) for c in "a{b,c}{1..2}"]
    >>> ["".join(c for c, _ in one) for one in braced(word)]
    ['ab1', 'ab2', 'ac1', 'ac2']
    """
    found = _first(chars)
    if found is None:
        return [list(chars)]
    start, end, options = found
    before = list(chars[:start])
    made: list[list[Char]] = []
    rests = braced(chars[end + 1 :])
    for option in options:
        for inner in braced(option):
            made += [[*before, *inner, *rest] for rest in rests]
            if len(made) > WORDS:
                raise Refused(f"expands to more than {WORDS} words")
    return made


def _first(chars: Sequence[Char]) -> tuple[int, int, list[list[Char]]] | None:
    for start, char in enumerate(chars):
        if char == ("{", False):
            found = _options(chars, start)
            if found is not None:
                return start, *found
    return None


def _options(chars: Sequence[Char], start: int) -> tuple[int, list[list[Char]]] | None:
    """Where the group that begins at ``start`` ends, and its options."""
    parts: list[list[Char]] = [[]]
    depth = 0
    for at in range(start + 1, len(chars)):
        char = chars[at]
        if char == ("}", False) and depth == 0:
            if len(parts) > 1:
                return at, parts
            options = _range("".join(c for c, quoted in parts[0] if not quoted))
            return None if options is None else (at, options)
        depth += (char == ("{", False)) - (char == ("}", False))
        if char == (",", False) and depth == 0:
            parts.append([])
        else:
            parts[-1].append(char)
    return None


def _range(text: str) -> list[list[Char]] | None:
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    if found[4]:
        first, last = ord(found[4]), ord(found[5])
        step = 1 if last >= first else -1
        return [[(chr(code), False)] for code in range(first, last + step, step)]
    first, last = int(found[1]), int(found[2])
    by = max(1, abs(int(found[3] or 1))) * (1 if last >= first else -1)
    numbers = range(first, last + (1 if by > 0 else -1), by)
    if len(numbers) > WORDS:
        raise Refused(f"expands to more than {WORDS} words")
    padded = any(re.fullmatch(r"-?0\d+", end) for end in (found[1], found[2]))
    width = max(len(found[1]), len(found[2])) if padded else 0
    return [[(c, False) for c in f"{number:0{width}d}"] for number in numbers]
