"""Tools that print, and that move within folders."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ..limits import Refused
from ..tree import SEP, DiskError
from .options import read_options, whole
from .session import Session, Streams, UsageError, tool

_ESCAPE = re.compile(r"\\([\\ntr0]|x[0-9a-fA-F]{2})")
_KNOWN = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r", "0": ""}
_AGO = re.compile(r"(\d{1,4}) (day|week|hour|minute)s? ago|(yesterday)|(today|now)")


def unescape(text: str) -> str:
    """Escapes such as ``\\n`` as ``printf`` reads them."""
    return _ESCAPE.sub(lambda m: _KNOWN.get(m[1]) or (chr(int(m[1][1:], 16)) if m[1][0] == "x"
                                                      else ""), text)  # fmt: skip


@tool("echo")
def echo(session: Session, io: Streams, args: list[str]) -> int:
    """echo [-n] [-e]; zsh reads escapes always."""
    words, flags = list(args), set[str]()
    while words and re.fullmatch(r"-[neE]+", words[0]):
        flags |= set(words.pop(0)[1:])
    text = " ".join(words)
    if "e" in flags or (session.shell.value.startswith("zsh") and "E" not in flags):
        text = unescape(text)
    io.say(text + ("" if "n" in flags else "\n"))
    return 0


@tool("printf")
def printf(session: Session, io: Streams, args: list[str]) -> int:
    """printf with %s, %d and %%; the format is used again for what is left over."""
    if not args:
        raise UsageError("usage: printf format [arguments]")
    form, rest = args[0], args[1:]
    pieces = re.split(r"(%[sd%])", form)
    if any("%" in piece for piece in pieces[::2]):
        raise Refused("has a printf format that is not simulated")
    takes, status = sum(piece in ("%s", "%d") for piece in pieces), 0
    while True:
        session.budget.spend()
        for piece in pieces:
            if piece not in ("%s", "%d"):
                io.say("%" if piece == "%%" else unescape(piece))
                continue
            word = rest.pop(0) if rest else ""
            if piece == "%d" and not re.fullmatch(r"-?\d{0,9}", word):
                io.err.append(f"printf: {word}: invalid number\n")
                word, status = "", 1
            io.say(word or ("0" if piece == "%d" else ""))
        if not rest or not takes:
            return status


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
    files, folders = [], []
    for word in sorted(given.operands or ["."]):
        entry = disk.get(session.path(word))
        if entry is None:
            io.err.append(f"ls: cannot access '{word}': No such file or directory\n")
            status = 2 if session.gnu else 1
        else:
            (folders if entry.kind == "dir" and "d" not in given else files).append(word)

    def shown(names: list[tuple[str, str]]) -> str:
        by = {"t": lambda p: -disk.entries[p].time, "S": lambda p: -disk.entries[p].size}
        for flag, key in by.items():
            if flag in given:
                names = sorted(names, key=lambda one: key(one[1]))
        names = names[::-1] if "r" in given else names
        lines = [_row(n, disk.get(p), "l" in given.flags) for n, p in names]
        return "".join(f"{line}\n" for line in lines)

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


def _row(name: str, entry: object, long: bool) -> str:
    size = getattr(entry, "size", 0)
    return f"{size} {name}" if long else name


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


@tool("true", ":")
def true(session: Session, io: Streams, args: list[str]) -> int:
    """Nothing, with success."""
    return 0


@tool("false")
def false(session: Session, io: Streams, args: list[str]) -> int:
    """Nothing, without success."""
    return 1


@tool("basename")
def basename(session: Session, io: Streams, args: list[str]) -> int:
    """basename PATH [SUFFIX]."""
    if not args:
        raise UsageError("missing operand")
    name = args[0].rstrip(SEP).rpartition(SEP)[2] or SEP
    suffix = args[1] if len(args) > 1 else ""
    io.say((name.removesuffix(suffix) if name != suffix else name) + "\n")
    return 0


@tool("dirname")
def dirname(session: Session, io: Streams, args: list[str]) -> int:
    """dirname PATH."""
    if not args:
        raise UsageError("missing operand")
    above, slash, _ = args[0].rstrip(SEP).rpartition(SEP)
    io.say((above or (SEP if slash else ".")) + "\n")
    return 0


@tool("read")
def read(session: Session, io: Streams, args: list[str]) -> int:
    """read [-r] NAME: one line of the input."""
    names = [word for word in args if word != "-r"]
    if len(names) != 1 or names[0].startswith("-"):
        raise Refused("reads a line in a way that is not simulated")
    line = io.line()
    session.variables[names[0]] = (line or "").strip(" \t")
    return int(line is None)


@tool("date")
def date(session: Session, io: Streams, args: list[str]) -> int:
    """date [+FORMAT], with -d of Linux ('30 days ago') and -v of macOS (-30d)."""
    values = "d" if session.gnu else "v"
    given = read_options(session, args, "u", values, {"date": "d"})
    then = datetime.fromtimestamp(session.disk.now, UTC)
    if session.gnu and "d" in given:
        found = _AGO.fullmatch(given.values["d"])
        if found is None:
            raise Refused("has a date that is not simulated")
        if found[1]:
            then -= timedelta(**{f"{found[2]}s": int(found[1])})
        then -= timedelta(days=int(bool(found[3])))
    elif "v" in given:
        ago = re.fullmatch(r"-(\d{1,4})([dwHM])", given.values["v"])
        if ago is None:
            raise Refused("has a date that is not simulated")
        unit = {"d": "days", "w": "weeks", "H": "hours", "M": "minutes"}[ago[2]]
        then -= timedelta(**{unit: whole(ago[1])})
    form = next((word[1:] for word in given.operands if word.startswith("+")), "%a %b %d %T UTC %Y")
    if re.search(r"%[^YmdHMSFTyjsabT]", form):
        raise Refused("has a date format that is not simulated")
    seconds = str(int(then.timestamp()))
    io.say(then.strftime(form.replace("%s", seconds)) + "\n")
    return 0
