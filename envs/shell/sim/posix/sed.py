"""sed: substitutions and deletions, line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..limits import Refused
from ..tree import DiskError
from .listing import inputs, text_of_file
from .options import read_options
from .regexes import checked, compiled
from .session import Session, Streams, UsageError, tool

_ADDRESS = re.compile(r"\s*(\d+|\$|/(?:\\.|[^/\\])*/)(?:,(\d+|\$|/(?:\\.|[^/\\])*/))?\s*(!?)\s*")
_FLAGS = re.compile(r"([gpiI\d]*)\s*(?:;|\n|$)")


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a script: ``s``, ``d``, ``p`` or ``q``, with the lines it is for."""

    name: str
    first: str = ""
    last: str = ""
    negated: bool = False
    pattern: re.Pattern[str] | None = None
    new: str = ""
    flags: str = ""


def split_lines(text: str) -> list[str]:
    """The lines with their ends; nothing but a newline ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


@tool("sed")
def sed(session: Session, io: Streams, args: list[str]) -> int:
    """sed [-nEr] [-i[SUFFIX]] [-e] SCRIPT; -i takes a word of its own on macOS."""
    words, suffix = _in_place(args, session.gnu)
    scripts = []
    while "-e" in words and words.index("-e") + 1 < len(words):
        at = words.index("-e")
        scripts.append(words[at + 1])
        del words[at : at + 2]
    given = read_options(session, words, "nEr", "", {"quiet": "n", "regexp-extended": "E"})
    operands = list(given.operands)
    if not scripts:
        if not operands:
            raise UsageError("usage: sed script [file...]")
        scripts = [operands.pop(0)]
    extended = bool({"E", "r"} & given.flags)
    steps = [step for script in scripts for step in _script(script, extended, session)]
    if suffix is None:
        texts = inputs(session, io, "sed", operands)
        io.say(_edit("".join(text for _, text in texts), steps, "n" in given, session))
        return int(len(texts) < len(operands))
    return _edit_files(session, io, operands, suffix, steps, "n" in given)


def _in_place(args: list[str], gnu: bool) -> tuple[list[str], str | None]:
    """The other words, and the suffix of a copy that -i keeps; ``None`` without -i."""
    words, suffix = [], None
    rest = list(args)
    while rest:
        word = rest.pop(0)
        found = re.fullmatch(r"-([nEr]*)i(.*)|--in-place(?:=(.*))?", word)
        if found is None or (word.startswith("--") and not gnu):
            words.append(word)
            continue
        words += [f"-{found[1]}"] if found[1] else []
        suffix = found[2] or found[3] or ""
        if not gnu and not suffix:
            if not rest:
                raise UsageError("option requires an argument -- i")
            suffix = rest.pop(0)
    return words, suffix


def _edit_files(
    session: Session, io: Streams, words: list[str], suffix: str, steps: list[Step], quiet: bool
) -> int:
    if not words:
        raise UsageError("no input files")
    status = 0
    for word in words:
        if session.disk.is_dir(session.path(word)):
            io.err.append(f"sed: couldn't edit {word}: not a regular file\n")
            return 4 if session.gnu else 1
        try:
            text = text_of_file(session, word)
            if suffix:
                session.disk.copy_to(session.path(word), session.path(word) + suffix, True)
            session.disk.write(session.path(word), _edit(text, steps, quiet, session))
        except DiskError as error:
            io.err.append(f"sed: {word}: {error}\n")
            status = 1
    return status


def _script(script: str, extended: bool, session: Session) -> list[Step]:
    steps, at = [], 0
    while at < len(script):
        if script[at] in " ;\n\t":
            at += 1
            continue
        found = _ADDRESS.match(script, at)
        first, last, negated = (found.groups() if found else ("", "", ""))
        at = found.end() if found else at
        name = script[at : at + 1]
        place = {"first": first or "", "last": last or "", "negated": bool(negated)}
        if name in ("d", "p", "q"):
            if script[at + 1 : at + 2] not in ("", ";", "\n", " "):
                raise UsageError("extra characters after command")
            steps.append(Step(name, **place))
            at += 1
        elif name == "s":
            step, at = _substitution(script, at, extended, session, place)
            steps.append(step)
        elif name and name in "aicyrwDGHhgNnPxbtT={}:l":
            raise Refused(f"has the command {name!r} of sed, which is not simulated")
        else:
            raise UsageError(f"unknown command: '{name}'")
    for step in steps:
        for address in (step.first, step.last):
            if address.startswith("/"):
                compiled(address[1:-1], extended, gnu=session.gnu)
    return [
        Step(s.name, _tagged(s.first, extended), _tagged(s.last, extended), s.negated, s.pattern,
             s.new, s.flags)
        for s in steps
    ]  # fmt: skip


def _tagged(address: str, extended: bool) -> str:
    return ("E" if extended else "B") + address if address.startswith("/") else address


def _substitution(
    script: str, at: int, extended: bool, session: Session, place: dict[str, object]
) -> tuple[Step, int]:
    mark = script[at + 1 : at + 2]
    if not mark or mark.isalnum() or mark in "\\\n":
        raise UsageError("unterminated `s' command")
    parts, at = [], at + 2
    for _ in range(2):
        found = re.compile(rf"((?:\\.|[^\\{re.escape(mark)}\n])*){re.escape(mark)}", re.S)
        part = found.match(script, at)
        if part is None:
            raise UsageError("unterminated `s' command")
        parts.append(part[1].replace(f"\\{mark}", mark))
        at = part.end()
    flags = _FLAGS.match(script, at)
    if flags is None:
        raise UsageError("unknown option to `s'")
    folds = "i" in flags[1].lower()
    pattern = compiled(parts[0], extended, folds, session.gnu)
    step = Step("s", pattern=pattern, new=parts[1], flags=flags[1], **place)  # type: ignore[arg-type]
    return step, flags.end()


def _edit(text: str, steps: list[Step], quiet: bool, session: Session) -> str:
    lines, done = split_lines(text), list[str]()
    inside = [False] * len(steps)
    for number, line in enumerate(lines, 1):
        session.budget.spend()
        end = "\n" if line.endswith("\n") else ""
        body, stops, gone = checked(line.removesuffix("\n")), False, False
        for index, step in enumerate(steps):
            if _is_due(step, index, number, number == len(lines), body, inside) == step.negated:
                continue
            if step.name == "d":
                gone = True
                break
            if step.name == "p":
                done.append(body + "\n")
            elif step.name == "q":
                stops = True
                break
            else:
                new = _substituted(step, body)
                if "p" in step.flags and new != body:
                    done.append(new + "\n")
                body = new
        if not gone and not quiet:
            done.append(body + end)
        if stops:
            break
    return "".join(done)


def _is_due(
    step: Step, index: int, number: int, is_last: bool, line: str, inside: list[bool]
) -> bool:
    if not step.first:
        return True
    if not step.last:
        return _at(step.first, number, is_last, line)
    if inside[index]:
        inside[index] = not (_at(step.last, number, is_last, line) or _past(step.last, number))
        return not (_past(step.last, number) and int(step.last) < number)
    if _at(step.first, number, is_last, line):
        ends = step.last.isdecimal() and int(step.last) <= number
        inside[index] = not ends and not (step.last == "$" and is_last)
        return True
    return False


def _past(address: str, number: int) -> bool:
    return address.isdecimal() and number >= int(address)


def _at(address: str, number: int, is_last: bool, line: str) -> bool:
    if address == "$":
        return is_last
    if address.isdecimal():
        return number == int(address)
    return compiled(address[2:-1], address[0] == "E").search(line) is not None


def _substituted(step: Step, line: str) -> str:
    if step.pattern is None:
        return line
    which = int("".join(c for c in step.flags if c.isdecimal()) or 0)
    count, end = 0, -1

    def new(found: re.Match[str]) -> str:
        nonlocal count, end
        if found.start() == found.end() == end:  # sed finds nothing right behind a match
            return ""
        count, end = count + 1, found.end()
        if count < which or ("g" not in step.flags and count > max(1, which)):
            return found[0]
        return re.sub(r"\\(.)|&", lambda m: _part(m, found), step.new, flags=re.S)

    return step.pattern.sub(new, line)


def _part(mark: re.Match[str], found: re.Match[str]) -> str:
    name = mark[1]
    if name is None:
        return str(found[0])
    if name.isdecimal():
        if int(name) > len(found.groups()):
            raise UsageError(f"invalid reference \\{name}")
        return found[int(name)] or ""
    return "\n" if name == "n" else name
