"""Whether the working of a reply holds: each kind has one line of proof that can be checked."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from persona_env.text.spans import fold

from .expressions import evaluate, parse
from .subset import ProgramError
from .tasks import CountTask, FileTask, FunctionTask, plain

LONGEST = 600  # characters
_ARROW = re.compile(r"\s*(?:->|=>|→|==|=)\s*")
_CALL = re.compile(r"f\((.*)\)", re.DOTALL)
_NUMBER = re.compile(r"\d+")
LEAST = 2  # numbers of an equation, letters of a quotation


def holds(task: Any, working: str) -> bool:
    """Whether a working has a line that shows something of this task, and none that is wrong.

    A further case of a function with its right output, which no shown test has; a true equation
    between numbers of the files, and the result; a name that belongs, with words of its entry.
    """
    lines = [line.strip(" -*`") for line in working.splitlines() if line.strip(" -*`")]
    if not lines or len(working) > LONGEST:
        return False
    return all(_HOLDS[task.kind](task, line) for line in lines)


def _case(task: FunctionTask, line: str) -> bool:
    sides = _ARROW.split(line, maxsplit=1)
    if len(sides) < LEAST:
        return False
    call = _CALL.fullmatch(sides[0])
    try:
        value, output = (
            ast.literal_eval(parse(side)) for side in (call[1] if call else sides[0], sides[1])
        )
        is_new = plain(value) not in [plain(shown) for shown in task.shown]
        return (
            is_new and type(value) in _kinds(task) and task.right(_frozen(value)) == plain(output)
        )
    except (ValueError, TypeError):  # also ProgramError
        return False


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _kinds(task: FunctionTask) -> set[type]:
    kinds = {type(plain(shown)) for shown in task.shown}
    return kinds | {tuple} if list in kinds else kinds


def _equation(task: FileTask, line: str) -> bool:
    sides = re.split(r"\s*=+\s*", line)
    if len(sides) != LEAST:
        return False
    there = {number for text in task.files.values() for number in _NUMBER.findall(text)}
    used = [number for number in _NUMBER.findall(sides[0]) if number in there]
    try:
        value = evaluate(parse(sides[0]).body, {})
    except ProgramError:
        return False
    is_right = isinstance(value, int | float) and f"{value:g}" == f"{float(task.answer):g}"
    return is_right and sides[1].strip() == task.answer and len(used) >= LEAST


def _evidence(task: CountTask, line: str) -> bool:
    name, _, quoted = line.replace("：", ":").partition(":")
    name, quoted = name.strip().upper(), fold(quoted).strip(" .\"'“”")
    is_there = name in task.due and quoted in fold(task.items[name])
    return is_there and len(quoted) >= LEAST


_HOLDS: dict[str, Callable[[Any, str], bool]] = {
    "tests": _case,
    "file": _equation,
    "count": _evidence,
}


def example(task: Any) -> str:
    """A working that holds."""
    if isinstance(task, FunctionTask):
        value = plain(task.hidden[0])
        return f"{value!r} -> {task.right(task.hidden[0])!r}"
    if isinstance(task, FileTask):
        return task.working
    return f"{task.due[0]}: {task.items[task.due[0]]}"
