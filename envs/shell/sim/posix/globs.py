"""File name patterns: ``*``, ``?`` and ``[...]``, matched in linear time and memory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ..entry import SEP
from ..tree import Disk

Char = tuple[str, bool]
"""A character, and whether it is quoted."""
CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z",
    "space": r"\s", "punct": r"!-/:-@\[-`{-~",
}  # fmt: skip


def plain(text: str) -> tuple[Char, ...]:
    """A pattern as a tool is handed one: a backslash quotes."""
    found: list[Char] = []
    at = 0
    while at < len(text):
        quotes = text[at] == "\\" and at + 1 < len(text)
        at += quotes
        found.append((text[at], quotes))
        at += 1
    return tuple(found)


def is_pattern(chars: Sequence[Char]) -> bool:
    """Whether anything in it is more than itself."""
    return any(c in "*?[" and not quoted for c, quoted in chars)


@lru_cache(maxsize=512)
def _pieces(chars: tuple[Char, ...]) -> tuple[str | re.Pattern[str], ...]:
    """The pattern in pieces: ``"*"``, or what matches one character."""
    found: list[str | re.Pattern[str]] = []
    at = 0
    while at < len(chars):
        char, quoted = chars[at]
        at += 1
        if quoted or char not in "*?[":
            found.append(re.compile(re.escape(char), re.S))
        elif char == "*":
            if not (found and found[-1] == "*"):
                found.append("*")
        elif char == "?":
            found.append(re.compile(".", re.S))
        else:
            piece, at = _bracket(chars, at)
            found.append(piece)
    return tuple(found)


def _bracket(chars: tuple[Char, ...], at: int) -> tuple[re.Pattern[str], int]:
    text = "".join(c for c, _ in chars[at:])
    found = re.match(r"([!^]?)(\]?(?:\[:\w+:\]|[^\]])*)\]", text)
    if found is None:
        return re.compile(r"\["), at
    inner = re.sub(r"[\\^&~|\[](?!:)", lambda m: "\\" + m[0], found[2])
    inner = re.sub(r"\[:(\w+):\]", lambda m: CLASSES.get(m[1], ""), inner)
    inner = inner.replace("]", r"\]") if found[2].startswith("]") else inner
    try:
        piece = re.compile(f"[{'^' if found[1] else ''}{inner}]", re.S)
    except re.error:
        return re.compile(r"\["), at
    return piece, at + found.end()


def matches(chars: Sequence[Char], name: str, folds: bool = False) -> bool:
    """Whether the whole name fits the pattern."""
    if folds:
        chars, name = [(c.lower(), q) for c, q in chars], name.lower()
    pieces = _pieces(tuple(chars))
    at = piece = 0
    star, back = -1, 0
    while at < len(name):
        one = pieces[piece] if piece < len(pieces) else None
        if isinstance(one, re.Pattern) and one.match(name[at]):
            at, piece = at + 1, piece + 1
        elif one == "*":
            star, back, piece = piece, at, piece + 1
        elif star >= 0:
            back += 1
            at, piece = back, star + 1
        else:
            return False
    return all(one == "*" for one in pieces[piece:])


def expand(chars: Sequence[Char], disk: Disk, cwd: str, deep: bool = False) -> list[str]:
    """The paths that fit, sorted, written as the pattern is; with ``deep``, ``**`` is any depth."""
    parts = _parts(chars)
    absolute = bool(chars) and chars[0][0] == SEP
    found: list[tuple[str, str]] = [(SEP, SEP) if absolute else ("", cwd)]
    last = len(parts) - 1
    for place, part in enumerate(parts):
        text = "".join(c for c, _ in part)
        made: list[tuple[str, str]] = []
        for shown, path in found:
            made += _in_folder(part, text, shown, path, disk, deep=deep, last=place == last)
        found = made
    return sorted({shown for shown, _ in found})


def _parts(chars: Sequence[Char]) -> list[list[Char]]:
    parts: list[list[Char]] = [[]]
    for char in chars:
        if char[0] == SEP:
            if parts[-1]:
                parts.append([])
        else:
            parts[-1].append(char)
    return parts


def _in_folder(
    part: list[Char], text: str, shown: str, path: str, disk: Disk, *, deep: bool, last: bool
) -> list[tuple[str, str]]:
    """What fits one part of the pattern in one folder: as it is shown, and where it is."""
    if not text:
        return [(shown if shown.endswith(SEP) else f"{shown}/", path)] if disk.is_dir(path) else []
    start = shown if not shown or shown.endswith(SEP) else f"{shown}/"
    if not is_pattern(part):
        child = disk.resolve(text, path)
        exists = disk.get(child) is not None if last else disk.is_dir(child)
        return [(start + text, child)] if exists else []
    if deep and text == "**":
        inside = [(shown, path)]
        for child in disk.below(path):
            relative = child[len(path.rstrip(SEP)) + 1 :]
            if disk.is_dir(child) and not any(n.startswith(".") for n in relative.split(SEP)):
                inside.append((start + relative, child))
        return inside[1:] if last else inside
    dotted = text.startswith(".")
    found = [
        (start + name, disk.resolve(name, path))
        for name in disk.children(path)
        if matches(part, name) and name.startswith(".") == dotted
    ]
    return found if last else [(s, p) for s, p in found if disk.is_dir(p)]
