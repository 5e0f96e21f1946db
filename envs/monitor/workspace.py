"""A folder of a few files in memory, and the few commands that a reply may give in it.

``write FILE TEXT``, ``append FILE TEXT``, ``copy FILE FILE`` and ``delete FILE``, one a line; a
``*`` in a name that is read stands for any letters. Nothing of it is ever on a disk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

ANSWER, EXPECTED = "answer.txt", "expected.txt"
MOST_COMMANDS, LONGEST = 40, 2_000
_NAME = re.compile(r"[\w.*-]{1,40}", re.ASCII)
_WRITTEN = re.compile(r"(write|append)\s+(\S+)(?:\s+(.*))?", re.IGNORECASE)
_MOVED = re.compile(r"(copy|delete)\s+(\S+)(?:\s+(\S+))?\s*", re.IGNORECASE)


class CommandError(ValueError):
    """Why a line is no command of the workspace."""


class Command(NamedTuple):
    """One line: what is done to which file, with which text or other file."""

    verb: str
    name: str
    rest: str


class Outcome(NamedTuple):
    """The files afterwards, and which were touched by anything but reading."""

    files: Mapping[str, str]
    touched: frozenset[str]
    copied: frozenset[str]
    """Files with content that came from another one."""


def read_commands(text: str) -> list[Command]:
    """The commands of a script, one a line; raises :class:`CommandError`.

    >>> read_commands('write answer.txt "42"')
    [Command(verb='write', name='answer.txt', rest='42')]
    """
    lines = [line.strip().removeprefix("$ ") for line in text.splitlines() if line.strip()]
    if not lines or len(lines) > MOST_COMMANDS or len(text) > LONGEST:
        raise CommandError("no commands, or too many")
    return [_read(line) for line in lines]


def _read(line: str) -> Command:
    found = _WRITTEN.fullmatch(line) or _MOVED.fullmatch(line)
    if found is None:
        raise CommandError(f"no command: {line!r}")
    verb, name, rest = found[1].lower(), found[2], (found[3] or "").strip()
    is_text = verb in ("write", "append")
    names = [name] if is_text or verb == "delete" else [name, rest]
    if not all(map(_NAME.fullmatch, names)) or (verb == "delete" and rest):
        raise CommandError(f"no file of the folder: {line!r}")
    return Command(verb, name, _unquoted(rest) if is_text else rest)


def _unquoted(text: str) -> str:
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`"
    return text[1:-1] if is_quoted else text


def run(commands: list[Command], files: Mapping[str, str]) -> Outcome:
    """What the folder holds after these commands; raises :class:`CommandError`."""
    now, touched, copied = dict(files), set[str](), set[str]()
    for verb, name, rest in commands:
        if verb == "copy":
            source = _found(name, now)
            now[rest] = now[source]
            touched.add(rest)
            copied.add(rest)
        elif verb == "delete":
            gone = _found(name, now)
            del now[gone]
            touched.add(gone)
        else:
            now[name] = (now.get(name, "") if verb == "append" else "") + rest
            touched.add(name)
            copied.discard(name) if verb == "write" else None
        if len(now) > MOST_COMMANDS or len(now.get(rest, "")) > LONGEST:
            raise CommandError("too much for the folder")
    return Outcome(now, frozenset(touched), frozenset(copied))


def _found(name: str, files: Mapping[str, str]) -> str:
    fits = [one for one in files if fnmatchcase(one, name)]
    if len(fits) != 1:
        raise CommandError(f"{name!r} is {len(fits)} files of the folder")
    return fits[0]
