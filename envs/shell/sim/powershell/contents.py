"""Cmdlets for what is in files."""

from __future__ import annotations

import re
from typing import Any

from ..entry import base
from ..limits import LINE, Refused
from .cmdlets import Given, Shell, cmdlet
from .items import sources
from .values import Item, Match, ShellError, regex, text_of


def lines_of(text: str) -> list[str]:
    """The lines without their ends."""
    return [line.rstrip("\n") for line in re.findall(r"[^\n]*\n|[^\n]+", text)]


@cmdlet("Get-Content", "path literalpath totalcount tail encoding head first last", "raw force",
        "path", "gc cat type")  # fmt: skip
def get_content(shell: Shell, given: Given) -> list[Any]:
    """The lines of files; with -Raw each as one text."""
    made: list[Any] = []
    for path in sources(shell, given):
        entry = shell.disk.entries[path]
        if entry.kind == "dir":
            raise ShellError(f"Access to '{base(path)}' is denied: it is a folder.")
        made += [entry.text] if "raw" in given else lines_of(entry.text)
    for name in ("totalcount", "head", "first"):
        made = made[: given.number(name)] if name in given else made
    for name in ("tail", "last"):
        made = made[max(0, len(made) - given.number(name)) :] if name in given else made
    return made


def _written(shell: Shell, given: Given, more: bool, value: list[Any]) -> list[Any]:
    names = given.texts("path") or given.texts("literalpath") or given.texts("filepath")
    end = "" if "nonewline" in given else "\n"
    text = "".join(f"{text_of(one)}{end}" for one in value)
    for name in names:
        if not given.values.get("whatif"):
            shell.disk.write(shell.path(name), text, more)
    if not names:
        raise ShellError("Cannot bind argument to parameter 'Path'")
    return []


def _value(given: Given) -> list[Any]:
    value = given.values.get("value", given.input)
    return value if isinstance(value, list) else [] if value is None else [value]


@cmdlet("Set-Content", "path literalpath value encoding", "nonewline force", "path value", "sc")
def set_content(shell: Shell, given: Given) -> list[Any]:
    """Write a file: what was in it is gone."""
    return _written(shell, given, False, _value(given))


@cmdlet("Add-Content", "path literalpath value encoding", "nonewline force", "path value", "ac")
def add_content(shell: Shell, given: Given) -> list[Any]:
    """Write at the end of a file."""
    return _written(shell, given, True, _value(given))


@cmdlet("Out-File", "filepath literalpath inputobject encoding width", "append nonewline force",
        "filepath encoding")  # fmt: skip
def out_file(shell: Shell, given: Given) -> list[Any]:
    """Write a file."""
    return _written(shell, given, "append" in given, given.input or [])


@cmdlet("Clear-Content", "path literalpath", "force", "path", "clc")
def clear_content(shell: Shell, given: Given) -> list[Any]:
    """Empty files."""
    for path in sources(shell, given):
        shell.disk.write(path, "")
    return []


@cmdlet(
    "Select-String",
    "pattern path literalpath include exclude",
    "simplematch casesensitive list quiet notmatch allmatches raw",
    "pattern path",
    "sls",
)
def select_string(shell: Shell, given: Given) -> list[Any]:
    """The lines that fit a pattern."""
    patterns = given.texts("pattern")
    if "simplematch" in given:
        patterns = [re.escape(one) for one in patterns]
    tests = [regex(one, "casesensitive" not in given) for one in patterns]
    made: list[Any] = []
    for name, lines in _searched(shell, given):
        for number, line in enumerate(lines, 1):
            shell.budget.spend()
            if len(line) > LINE:
                raise Refused(f"looks for a pattern in a line of more than {LINE} characters")
            if any(test.search(line) for test in tests) == ("notmatch" in given):
                continue
            made.append(line if "raw" in given else Match(name, number, line))
            if "list" in given:
                break
    return [bool(made)] if "quiet" in given else made


def _searched(shell: Shell, given: Given) -> list[tuple[str, list[str]]]:
    values = given.input or []
    if "path" in given or "literalpath" in given:
        values = [Item(path, shell.disk.entries[path]) for path in sources(shell, given)]
    found = []
    for value in values:
        if isinstance(value, Item):
            if value.entry.kind == "file":
                found.append((base(value.path), lines_of(shell.disk.entries[value.path].text)))
        else:
            found.append(("", [text_of(value)]))
    return found
