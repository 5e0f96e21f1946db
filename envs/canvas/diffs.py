"""Search-and-replace blocks and unified diffs: read, applied, and written."""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

from persona_env.text.spans import Span

BLOCK = re.compile(
    r"^<{5,9} ?SEARCH[ \t]*\n(?P<old>.*?)^={5,9}[ \t]*\n(?P<new>.*?)^>{5,9} ?REPLACE[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_HUNK = re.compile(r"^@@ -(?P<line>\d+)(?:,\d+)? \+\d+(?:,\d+)? @@.*$|^@@.*$", re.MULTILINE)
_CONTEXT = 1  # lines around a change that a written diff shows


class NotApplied(Exception):
    """An edit that cannot be applied; its text says why."""


class Hunk(NamedTuple):
    """Some lines and what they become; ``line`` is the first, from 1, if it is told."""

    line: int | None
    old: tuple[str, ...]
    new: tuple[str, ...]


def replaced(document: str, selected: Span, blocks: list[tuple[str, str]]) -> str:
    """The document after search-and-replace blocks, each of which must match one place.

    A text that stands once in the selected part is meant there, wherever else it stands. Raises
    :class:`NotApplied`.
    """
    start, end = selected
    for searched, put in blocks:
        old, new = searched.removesuffix("\n"), put.removesuffix("\n")
        if not old.strip():
            raise NotApplied("a block searches for nothing")
        inside = document[start:end].count(old)
        if inside == 1:
            at = document.index(old, start, end)
        elif inside == 0 and document.count(old) == 1:
            at = document.index(old)
        else:
            times = inside or document.count(old)
            raise NotApplied(f"a text to search for stands there {times} times")
        document = document[:at] + new + document[at + len(old) :]
        longer = len(new) - len(old)
        start += longer if at + len(old) <= start else 0
        end += longer if at < end else 0
    return document


def patched(document: str, patch: str) -> str:
    """The document after a unified diff; raises :class:`NotApplied`.

    A hunk's lines must stand in the document: in one place, or where its header says.
    """
    lines = document.split("\n")
    for hunk in reversed(_hunks(patch)):
        at = _place(lines, hunk)
        lines[at : at + len(hunk.old)] = hunk.new
    return "\n".join(lines)


def _hunks(patch: str) -> list[Hunk]:
    heads = [*_HUNK.finditer(patch)]
    if not heads:
        return [_hunk(None, patch.split("\n"))]
    ends = [head.start() for head in heads[1:]] + [len(patch)]
    return [
        _hunk(head["line"], patch[head.end() + 1 : end].removesuffix("\n").split("\n"))
        for head, end in zip(heads, ends, strict=True)
    ]


def _hunk(line: str | None, lines: list[str]) -> Hunk:
    lines = [one for one in lines if not one.startswith(("--- ", "+++ ", "\\"))]
    if any(one and one[0] not in " +-" for one in lines):
        raise NotApplied("a line of the diff begins with none of ' ', '+' and '-'")
    old = tuple(one[1:] for one in lines if one[:1] != "+")
    new = tuple(one[1:] for one in lines if one[:1] != "-")
    if old == new:
        raise NotApplied("a hunk changes nothing")
    return Hunk(None if line is None else int(line), old, new)


def _place(lines: list[str], hunk: Hunk) -> int:
    """The index of the line at which the hunk's old lines begin."""
    size = len(hunk.old)
    if not size:
        if hunk.line is None:
            raise NotApplied("a hunk without old lines needs its line number")
        return min(hunk.line, len(lines))
    old = [*hunk.old]
    places = [at for at in range(len(lines) - size + 1) if lines[at : at + size] == old]
    if hunk.line is not None and hunk.line - 1 in places:
        return hunk.line - 1
    if len(places) != 1:
        raise NotApplied(f"the lines of a hunk stand there {len(places)} times")
    return places[0]


def write_patch(old: str, new: str) -> str:
    """The unified diff between two documents.

    >>> patched("a\\nb\\nc", write_patch("a\\nb\\nc", "a\\nB\\nc"))
    'a\\nB\\nc'
    """
    lines = difflib.unified_diff(
        old.split("\n"), new.split("\n"), "document", "document", n=_CONTEXT, lineterm=""
    )
    return "\n".join(lines)


def write_block(document: str, selected: Span, text: str) -> str:
    """A search-and-replace block of whole lines that puts ``text`` into the selected part.

    >>> write_block("a b\\nc", (2, 3), "d").split("\\n")
    ['<<<<<<< SEARCH', 'a b', '=======', 'a d', '>>>>>>> REPLACE']
    """
    start = document.rfind("\n", 0, selected[0]) + 1
    end = document.find("\n", selected[1])
    end = len(document) if end < 0 else end
    while document.count(document[start:end]) > 1 and (start or end < len(document)):
        start = document.rfind("\n", 0, max(start - 1, 0)) + 1
        end = document.find("\n", end + 1) if "\n" in document[end + 1 :] else len(document)
    old = document[start:end]
    new = document[start : selected[0]] + text + document[selected[1] : end]
    return f"<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE"
