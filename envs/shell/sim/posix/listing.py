"""Tools that print, and that move within folders."""

from __future__ import annotations

from ..entry import SEP, DiskError, Entry
from ..limits import Refused
from .options import read_options
from .session import Session, Streams, UsageError, tool


@tool("cat")
def cat(session: Session, io: Streams, args: list[str]) -> int:
    """cat, without options."""
    status = 0
    for word in read_options(session, args).operands or ["-"]:
        if word == "-":
            io.say(io.rest())
            continue
        try:
            io.say(text_of_file(session, word))
        except DiskError as error:
            io.err.append(f"cat: {word}: {error}\n")
            status = 1
    return status


def text_of_file(session: Session, word: str) -> str:
    """What a file holds; raises :class:`DiskError` for what is none."""
    found = session.disk.get(session.path(word))
    session.budget.spend()
    if word.startswith("/dev/"):
        raise Refused("reads a device")
    if found is None:
        raise DiskError("No such file or directory")
    if found.kind == "dir":
        raise DiskError("Is a directory")
    return found.text


def inputs(session: Session, io: Streams, name: str, words: list[str]) -> list[tuple[str, str]]:
    """What the named files hold, or the input; those that cannot be read are reported."""
    found = []
    for word in words or ["-"]:
        try:
            found.append((word, io.rest() if word == "-" else text_of_file(session, word)))
        except DiskError as error:
            io.err.append(f"{name}: {word}: {error}\n")
    return found


@tool("ls")
def ls(session: Session, io: Streams, args: list[str]) -> int:
    """ls [-1aAdRtrlhSF]: names, one a line; with -l the size before each."""
    given = read_options(session, args, "1aAdRtrlhSFpG", "", {"all": "a", "recursive": "R"})
    disk, status, blocks = session.disk, 0, list[str]()
    files, folders = list[str](), list[str]()
    for word in sorted(given.operands or ["."]):
        entry = disk.get(session.path(word))
        if entry is None:
            io.err.append(f"ls: cannot access '{word}': No such file or directory\n")
            status = 2 if session.gnu else 1
        else:
            (folders if entry.kind == "dir" and "d" not in given else files).append(word)

    def shown(names: list[tuple[str, str]]) -> str:
        entries = [(name, disk.get(path) or Entry("dir")) for name, path in names]
        if "t" in given:
            entries.sort(key=lambda one: -one[1].time)
        if "S" in given:
            entries.sort(key=lambda one: -one[1].size)
        entries = entries[::-1] if "r" in given else entries
        return "".join(f"{one.size} {name}\n" if "l" in given else f"{name}\n"
                       for name, one in entries)  # fmt: skip

    if files:
        blocks.append(shown([(word, session.path(word)) for word in files]))
    headed = len(given.operands) > 1 or "R" in given
    while folders:
        word = folders.pop(0)
        path = session.path(word)
        session.budget.spend()
        names = [n for n in disk.children(path) if {"a", "A"} & given.flags or n[0] != "."]
        dots = [(n, path) for n in (".", "..")] if "a" in given else []
        pairs = [*dots, *((n, f"{path.rstrip(SEP)}/{n}") for n in names)]
        blocks.append((f"{word}:\n" if headed else "") + shown(pairs))
        if "R" in given:
            folders = [f"{word.rstrip(SEP)}/{n}" for n, p in pairs
                       if disk.is_dir(p) and n[0] != "."] + folders  # fmt: skip
    io.say("\n".join(blocks))
    return status


@tool("cd")
def cd(session: Session, io: Streams, args: list[str]) -> int:
    """cd to a folder, or home."""
    words = [word for word in args if word != "--"]
    path = session.path(words[0]) if words else session.disk.home
    if not session.disk.is_dir(path):
        raise UsageError(f"{words[0] if words else path}: No such file or directory")
    session.cwd = path
    return 0


@tool("pwd")
def pwd(session: Session, io: Streams, args: list[str]) -> int:
    """The current folder."""
    io.say(f"{session.cwd}\n")
    return 0
