"""grep: lines that fit a pattern."""

from __future__ import annotations

import re

from ..entry import SEP, base
from ..limits import Refused
from .globs import matches, plain
from .listing import text_of_file
from .options import Given, read_options
from .regexes import checked, compiled, fixed
from .sed import split_lines
from .session import Session, Streams, UsageError, tool

LONG = {
    "recursive": "r", "ignore-case": "i", "invert-match": "v", "files-with-matches": "l",
    "files-without-match": "L", "count": "c", "line-number": "n", "extended-regexp": "E",
    "fixed-strings": "F", "word-regexp": "w", "quiet": "q", "no-filename": "h",
}  # fmt: skip


@tool("grep", "egrep", "fgrep")
def grep(session: Session, io: Streams, args: list[str]) -> int:
    """grep [-rRilLvcnEFwxqhHos] [-e] PATTERN, and --include=."""
    kept = [word for word in args if not word.startswith("--include=")]
    include = [word[len("--include=") :] for word in args if word.startswith("--include=")]
    given = read_options(session, kept, "rRilLvcnEFwxqhHosP", "em", LONG)
    if "P" in given or "m" in given:
        raise Refused("has an option of grep that is not simulated")
    words = list(given.operands)
    if "e" not in given and not words:
        raise UsageError("usage: grep PATTERN [FILE]...")
    pattern = _pattern(given, given.values["e"] if "e" in given else words.pop(0), session.gnu)
    recursive = bool({"r", "R"} & given.flags)
    names, bad = _files(session, io, words or (["."] if recursive else []), recursive, include)
    headed = (len(names) > 1 or recursive or "H" in given) and "h" not in given
    sources = [(n, text_of_file(session, n)) for n in names] if words or recursive else None
    if sources is None:
        sources = [("(standard input)", io.rest())]
        headed = "H" in given
    hits = [
        _one(session, io, name, text, pattern=pattern, given=given, headed=headed)
        for name, text in sources
    ]
    if bad and not ("q" in given and any(hits)):
        return 2
    return int(not any(hits))


def _pattern(given: Given, text: str, gnu: bool) -> re.Pattern[str]:
    folds = "i" in given
    found = fixed(text, folds) if "F" in given else compiled(text, "E" in given, folds, gnu)
    if "w" in given:
        return re.compile(rf"(?<!\w)(?:{found.pattern})(?!\w)", found.flags)
    return re.compile(rf"^(?:{found.pattern})$", found.flags) if "x" in given else found


def _files(
    session: Session, io: Streams, words: list[str], recursive: bool, include: list[str]
) -> tuple[list[str], bool]:
    names: list[str] = []
    bad = False
    for word in words:
        path = session.path(word)
        if session.disk.is_file(path):
            names.append(word)
        elif session.disk.is_dir(path) and recursive:
            start = word.rstrip(SEP)
            below = [one for one in session.disk.below(path) if session.disk.is_file(one)]
            inside = [start + one[len(path.rstrip(SEP)) :] for one in below]
            fit = [plain(pattern) for pattern in include or ["*"]]
            names += [n for n in inside if any(matches(one, base(n)) for one in fit)]
        else:
            bad = True
            what = "Is a directory" if session.disk.is_dir(path) else "No such file or directory"
            io.err.append(f"grep: {word}: {what}\n")
    return names, bad


def _one(
    session: Session, io: Streams, name: str, text: str, *, pattern: re.Pattern[str], given: Given,
    headed: bool,
) -> bool:  # fmt: skip
    head, hits = f"{name}:" if headed else "", 0
    listed = bool({"l", "L", "c", "q"} & given.flags)
    for number, line in enumerate(split_lines(text), 1):
        session.budget.spend()
        body = checked(line.rstrip("\n"))
        if (pattern.search(body) is None) != ("v" in given):
            continue
        hits += 1
        start = head + (f"{number}:" if "n" in given else "")
        if listed:
            continue
        if "o" in given:
            for found in pattern.finditer(body):
                if found[0]:
                    io.say(f"{start}{found[0]}\n")
        else:
            io.say(f"{start}{body}\n")
    if "q" in given:
        return hits > 0
    if "c" in given and not {"l", "L"} & given.flags:
        io.say(f"{head}{hits}\n")
    if ("l" in given and hits) or ("L" in given and not hits):
        io.say(f"{name}\n")
    return hits > 0 if "L" not in given else hits == 0
