"""mv and cp."""

from __future__ import annotations

from ..entry import SEP, DiskError, base, is_within, parent
from ..limits import Refused
from .files import each
from .options import Given, read_options
from .session import Session, Streams, UsageError, tool


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
