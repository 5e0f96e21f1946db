"""The script of sed: its commands, and the lines that each is for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ..limits import Refused
from .regexes import compiled
from .session import Session, UsageError

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


def read_script(script: str, extended: bool, session: Session) -> list[Step]:
    """The commands of a script; raises :class:`UsageError` for what is none."""
    steps, at = [], 0
    while at < len(script):
        if script[at] in " ;\n\t":
            at += 1
            continue
        found = _ADDRESS.match(script, at)
        first, last, negated = found.groups() if found else ("", "", "")
        at = found.end() if found else at
        name = script[at : at + 1]
        place = Step("", first or "", last or "", bool(negated))
        if name in ("d", "p", "q"):
            if script[at + 1 : at + 2] not in ("", ";", "\n", " "):
                raise UsageError("extra characters after command")
            steps.append(replace(place, name=name))
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
    script: str, at: int, extended: bool, session: Session, place: Step
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
    step = replace(place, name="s", pattern=pattern, new=parts[1], flags=flags[1])
    return step, flags.end()
