"""Tools that make, copy, move and remove files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..entry import SEP, DiskError, Entry, base, is_within
from ..limits import Refused
from .options import Given, read_options
from .session import Session, Streams, UsageError, tool


def each(
    session: Session, io: Streams, name: str, words: list[str], act: Callable[[str, str], object]
) -> int:
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
