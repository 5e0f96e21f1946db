"""Tools that print what they are given."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ..entry import SEP
from ..limits import Refused
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
