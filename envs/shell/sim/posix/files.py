"""Tools that make, copy, move and remove files."""

from __future__ import annotations

import re
from dataclasses import replace

from ..limits import Refused
from ..tree import SEP, DiskError, Entry, base, is_within, parent
from .options import Given, read_options
from .session import Session, Streams, UsageError, tool

_MODE = re.compile(r"([ugoa]*)([+=-])([rwxX]+)")
_SHIFTS = {"u": (6,), "g": (3,), "o": (0,), "a": (6, 3, 0), "": (6, 3, 0)}


def each(session: Session, io: Streams, name: str, words: list[str], act) -> int:  # type: ignore[no-untyped-def]
    """Do something to each path; the status is 1 if any of them failed, which is reported."""
    status = 0
    for word in words:
        session.budget.spend()
        try:
            act(word, session.path(word))
        except DiskError as error:
            io.err.append(f"{name}: {word}: {error}\n")
            status = 1
    return status


@tool("mkdir")
def mkdir(session: Session, io: Streams, args: list[str]) -> int:
    """mkdir [-pv]."""
    given = read_options(session, args, "pv", "", {"parents": "p", "verbose": "v"})
    _need(given, 1)

    def make(word: str, path: str) -> None:
        if "p" not in given:
            session.disk.make_dir(path)
            return
        parts = path.strip(SEP).split(SEP)
        for end in range(1, len(parts) + 1):
            folder = SEP + SEP.join(parts[:end])
            if session.disk.is_file(folder):
                raise DiskError("Not a directory")
            if not session.disk.is_dir(folder):
                session.disk.make_dir(folder)

    return each(session, io, "mkdir", given.operands, make)


@tool("rmdir")
def rmdir(session: Session, io: Streams, args: list[str]) -> int:
    """rmdir, of empty folders."""
    given = read_options(session, args)
    _need(given, 1)

    def take(word: str, path: str) -> None:
        if not session.disk.is_dir(path):
            raise DiskError("Not a directory or not there")
        if session.disk.children(path):
            raise DiskError("Directory not empty")
        session.disk.remove(path)

    return each(session, io, "rmdir", given.operands, take)


@tool("rm")
def rm(session: Session, io: Streams, args: list[str]) -> int:
    """rm [-rRfvd]; -i and -I would ask, and nobody answers."""
    long = {"recursive": "r", "force": "f", "verbose": "v", "dir": "d"}
    given = read_options(session, args, "rRfvd", "", long)
    if not given.operands and "f" not in given:
        raise UsageError("missing operand")

    def take(word: str, path: str) -> None:
        entry = session.disk.get(path)
        if base(word) in (".", "..") or path == SEP or is_within(session.cwd, path):
            raise DiskError("refusing to remove this directory")
        if entry is None:
            if "f" not in given:
                raise DiskError("No such file or directory")
            return
        if entry.kind == "dir" and not ("r" in given or "R" in given):
            raise DiskError("Is a directory")
        session.disk.remove(path)

    return each(session, io, "rm", given.operands, take)


@tool("touch")
def touch(session: Session, io: Streams, args: list[str]) -> int:
    """touch [-c]."""
    given = read_options(session, args, "c")
    _need(given, 1)

    def make(word: str, path: str) -> None:
        entry = session.disk.get(path)
        if entry is None and "c" in given:
            return
        new = Entry("file") if entry is None else entry
        session.disk.put(path, replace(new, time=session.disk.now))

    return each(session, io, "touch", given.operands, make)


@tool("mv")
def mv(session: Session, io: Streams, args: list[str]) -> int:
    """mv [-fnv], with -t of Linux."""
    given = read_options(
        session, args, "fnv", "t" if session.gnu else "",
        {"force": "f", "no-clobber": "n", "verbose": "v", "target-directory": "t"},
    )  # fmt: skip
    return _transfer(session, io, "mv", given)


@tool("cp")
def cp(session: Session, io: Streams, args: list[str]) -> int:
    """cp [-rRapfnv], with -t of Linux."""
    given = read_options(
        session, args, "rRapfnv", "t" if session.gnu else "",
        {"recursive": "r", "archive": "a", "force": "f", "no-clobber": "n", "verbose": "v",
         "target-directory": "t"},
    )  # fmt: skip
    return _transfer(session, io, "cp", given)


def _transfer(session: Session, io: Streams, name: str, given: Given) -> int:
    sources = list(given.operands)
    if not sources or ("t" not in given and len(sources) < 2):
        raise UsageError("missing operand")
    last = given.values["t"] if "t" in given else sources.pop()
    target, disk = session.path(last), session.disk
    into = disk.is_dir(target)
    if not into and (len(sources) > 1 or "t" in given):
        raise UsageError(f"target '{last}': No such directory")
    written: set[str] = set()

    def move(word: str, path: str) -> None:
        found = disk.get(path)
        if found is None:
            raise DiskError("No such file or directory")
        made = f"{target.rstrip(SEP)}/{base(path)}" if into else target
        if last.endswith(SEP) and not into and (found.kind == "file" or name == "cp"):
            raise DiskError(f"{last}: Not a directory")
        if made in written:
            raise DiskError("will not overwrite what was just made")
        written.add(made)
        _one(session, name, given, path, disk.resolve(made, SEP))

    return each(session, io, name, sources, move)


def _one(session: Session, name: str, given: Given, path: str, made: str) -> None:
    disk, found = session.disk, session.disk.entries[path]
    there = disk.get(made)
    deep = bool({"r", "R", "a"} & given.flags)
    if path == made and name == "cp" and "n" in given:
        return
    if path == made:
        raise DiskError("is the same file")
    if found.kind == "dir" and name == "cp" and not deep:
        raise DiskError("omitting directory")
    if there is not None and "n" in given:
        return
    if there is not None and there.kind != found.kind:
        raise DiskError(f"cannot overwrite '{made}'")
    if found.kind == "dir" and is_within(made, path):
        if name == "cp":  # the tools of each system leave another half of it
            raise Refused("copies a folder into itself")
        raise DiskError("cannot be moved into itself")
    if not disk.is_dir(parent(made)):
        raise DiskError(f"{made}: No such file or directory")
    if name == "cp":
        disk.copy_to(path, made, keeps_time=bool({"a", "p"} & given.flags))
    elif there is not None and there.kind == "dir" and disk.children(made):
        raise DiskError("Directory not empty")
    else:
        disk.move(path, made)


@tool("chmod")
def chmod(session: Session, io: Streams, args: list[str]) -> int:
    """chmod [-R], with octal modes and letters."""
    words = [word for word in args if word not in ("-R", "--")]
    if len(words) < 2:
        raise UsageError("missing operand")
    mode, *paths = words

    def change(word: str, path: str) -> None:
        if session.disk.get(path) is None:
            raise DiskError("No such file or directory")
        for one in [path, *(session.disk.below(path) if "-R" in args else ())]:
            entry = session.disk.entries[one]
            session.disk.put(one, replace(entry, mode=_mode(mode, entry)))

    return each(session, io, "chmod", paths, change)


def _mode(text: str, entry: Entry) -> int:
    if re.fullmatch(r"0?[0-7]{3}", text):
        return int(text, 8)
    mode = entry.mode
    for part in text.split(","):
        found = _MODE.fullmatch(part)
        if found is None:
            raise UsageError(f"invalid mode: '{text}'")
        who, sign, what = found.groups()
        bits = sum({"r": 4, "w": 2, "x": 1}[c] for c in set(what) - {"X"})
        bits |= int("X" in what and (entry.kind == "dir" or bool(mode & 0o111)))
        for shift in _SHIFTS.get(who) or [s for w in who for s in _SHIFTS[w]]:
            kept = mode & ~(7 << shift) if sign == "=" else mode
            mode = kept & ~(bits << shift) if sign == "-" else kept | bits << shift
    return mode


def _need(given: Given, least: int) -> None:
    if len(given.operands) < least:
        raise UsageError("missing operand")


@tool("tee")
def tee(session: Session, io: Streams, args: list[str]) -> int:
    """tee [-a]."""
    given = read_options(session, args, "a", "", {"append": "a"})
    if any(word.startswith("/dev/") for word in given.operands):
        raise Refused("writes to a device")
    text = io.rest()
    io.say(text)
    return each(
        session, io, "tee", given.operands,
        lambda word, path: session.disk.write(path, text, more="a" in given),
    )  # fmt: skip
