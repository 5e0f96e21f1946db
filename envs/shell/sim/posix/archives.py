"""Archives: tar, zip, unzip and gzip. What an archive holds is not lost."""

from __future__ import annotations

from dataclasses import replace

from ..entry import SEP, DiskError, Entry, base, parent
from ..limits import Refused
from ..tree import Disk
from .options import read_options
from .session import Session, Streams, UsageError, tool

Members = tuple[tuple[str, Entry], ...]


def pack(disk: Disk, words: list[str], cwd: str) -> Members:
    """The files and folders of these names, with all that is in them."""
    found: list[tuple[str, Entry]] = []
    for word in words:
        path = disk.resolve(word, cwd)
        if disk.get(path) is None:
            raise DiskError(f"{word}: No such file or directory")
        shown = word.removeprefix("./").strip(SEP)
        for one in [path, *(disk.below(path) if disk.is_dir(path) else ())]:
            name = f"{shown}{one[len(path.rstrip(SEP)) :]}".lstrip(SEP)
            if one in disk.entries:
                found.append((name, disk.entries[one]))
    return tuple(found)


def unpack(disk: Disk, members: Members, into: str) -> None:
    """Write what an archive holds below a folder."""
    for name, entry in members:
        path = disk.resolve(name, into)
        missing = []
        above = path if entry.kind == "dir" else parent(path)
        while not disk.is_dir(above):
            missing.append(above)
            above = parent(above)
        for folder in reversed(missing):
            disk.make_dir(folder)
        if entry.kind == "file":
            disk.put(path, entry)


def archive_of(disk: Disk, path: str) -> Entry:
    """The archive there; raises :class:`DiskError` for what is none."""
    found = disk.get(path)
    if found is None or not found.members:
        raise DiskError("no archive")
    return found


def archive(session: Session, word: str) -> Entry:
    """The archive of this name."""
    return archive_of(session.disk, session.path(word))


@tool("tar")
def tar(session: Session, io: Streams, args: list[str]) -> int:
    """tar -c, -x or -t with -f, -z, -j, -J, -v and -C."""
    if args and not args[0].startswith("-"):
        args = [f"-{args[0]}", *args[1:]]
    given = read_options(session, args, "cxtzjJva", "fC", {"create": "c", "extract": "x"})
    if "f" not in given or given.values["f"] == "-" or len({"c", "x", "t"} & given.flags) != 1:
        raise Refused("calls tar in a way that is not simulated")
    name = given.values["f"]
    if "C" in given and not session.disk.is_dir(session.path(given.values["C"])):
        raise UsageError(f"{given.values['C']}: No such file or directory")
    folder = session.path(given.values.get("C", "."))
    if "c" in given:
        if not given.operands:
            raise UsageError("Cowardly refusing to create an empty archive")
        members = pack(session.disk, given.operands, folder)
        session.disk.put(session.path(name), Entry("file", "", session.disk.now, members=members))
    elif given.operands:
        raise Refused("takes a part of an archive, which is not simulated")
    elif "x" in given:
        unpack(session.disk, archive(session, name).members, folder)
    else:
        io.say("".join(f"{one}\n" for one, _ in archive(session, name).members))
    return 0


@tool("zip")
def make_zip(session: Session, io: Streams, args: list[str]) -> int:
    """zip [-rqm] NAME.zip PATH..."""
    given = read_options(session, args, "rqm")
    if len(given.operands) < 2:
        raise UsageError("nothing to do")
    name, *words = given.operands
    name = name if "." in base(name) else f"{name}.zip"
    members = pack(session.disk, words, session.cwd)
    if "r" not in given:
        members = tuple(one for one in members if one[0] in [w.strip(SEP) for w in words])
    session.disk.put(session.path(name), Entry("file", "", session.disk.now, members=members))
    if "m" in given:
        for word in words:
            session.disk.remove(session.path(word))
    return 0


@tool("unzip")
def unzip(session: Session, io: Streams, args: list[str]) -> int:
    """unzip [-qon] NAME.zip [-d FOLDER]."""
    given = read_options(session, [*args[1:], "--", args[0]] if args else [], "qo", "d")
    if len(given.operands) != 1:
        raise UsageError("usage: unzip FILE [-d FOLDER]")
    into = session.path(given.values.get("d", "."))
    unpack(session.disk, archive(session, given.operands[0]).members, into)
    return 0


@tool("gzip", "gunzip")
def gzip(session: Session, io: Streams, args: list[str]) -> int:
    """gzip [-dkfv]: each file in an archive of its own, in its place."""
    given = read_options(session, args, "dkfv9")
    for word in given.operands:
        path = session.path(word)
        entry = session.disk.get(path)
        if entry is None or entry.kind == "dir":
            raise UsageError(f"{word}: no file")
        if "d" in given:
            ((_, inner),) = archive(session, word).members
            session.disk.put(path.removesuffix(".gz"), inner)
        else:
            packed = Entry("file", time=entry.time, members=((base(path), replace(entry)),))
            session.disk.put(f"{path}.gz", packed)
        if "k" not in given:
            session.disk.remove(path)
    return 0
