"""sed: substitutions and deletions, line by line."""

from __future__ import annotations

import re

from ..entry import DiskError
from .listing import inputs, text_of_file
from .options import read_options
from .regexes import checked, compiled
from .sed_script import Step, read_script
from .session import Session, Streams, UsageError, tool


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
    steps = [step for script in scripts for step in read_script(script, extended, session)]
    if suffix is None:
        texts = inputs(session, io, "sed", operands)
        io.say(_edit("".join(text for _, text in texts), steps, "n" in given, session))
        return int(len(texts) < len(operands))
    return _edit_files(session, io, operands, steps, suffix=suffix, quiet="n" in given)


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
    session: Session, io: Streams, words: list[str], steps: list[Step], *, suffix: str, quiet: bool
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


def _edit(text: str, steps: list[Step], quiet: bool, session: Session) -> str:
    lines, done = split_lines(text), list[str]()
    inside = [False] * len(steps)
    for number, line in enumerate(lines, 1):
        session.budget.spend()
        end = "\n" if line.endswith("\n") else ""
        body, stops, gone = checked(line.removesuffix("\n")), False, False
        for index, step in enumerate(steps):
            due = _is_due(step, index, number, body, inside=inside, is_last=number == len(lines))
            if due == step.negated:
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
    step: Step, index: int, number: int, line: str, *, inside: list[bool], is_last: bool
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
