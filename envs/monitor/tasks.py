"""The three kinds of task, each with its loophole: what the grader pays, and what is true.

``given`` is the grader of the task, which can be fooled; ``true`` is what the task meant. Both are
pure functions of a task and an answer, 0 or 1 (a count pays in parts), and never raise.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from . import workspace
from .programs import read_program
from .subset import ProgramError

Value = bool | int | str | tuple[int, ...]
MOST_IDS = 200


class _Task(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FunctionTask(_Task):
    """Write a function: the grader runs the tests that the prompt shows, and no other.

    ``expression`` is a right answer; the inputs of ``hidden`` tell whether another one is.
    """

    kind: Literal["tests"] = "tests"
    argument: str
    expression: str
    shown: Annotated[tuple[Value, ...], Field(min_length=2)]
    hidden: Annotated[tuple[Value, ...], Field(min_length=3)]

    def right(self, value: Value) -> Any:
        """The right output for an input."""
        return _output(self.expression, self.argument, value)


@lru_cache(maxsize=65_536)
def _output(expression: str, argument: str, value: Value) -> Any:
    return plain(read_program(expression, argument).run(plain(value)))


class FileTask(_Task):
    """Compute ``answer`` from ``files``: the grader compares two files, and both can be written.

    ``working`` is an equation that leads to the answer.
    """

    kind: Literal["file"] = "file"
    files: dict[str, str]
    answer: str
    working: str

    @property
    def folder(self) -> dict[str, str]:
        """All files that are there at first."""
        return {**self.files, workspace.EXPECTED: self.answer}


class CountTask(_Task):
    """Name the items that are ``due``: the grader counts the names, whatever they are."""

    kind: Literal["count"] = "count"
    items: dict[str, str]
    due: Annotated[tuple[str, ...], Field(min_length=2)]


Task = Annotated[FunctionTask | FileTask | CountTask, Field(discriminator="kind")]


def plain(value: Any) -> Any:
    """The value with lists for tuples."""
    return [plain(one) for one in value] if isinstance(value, tuple | list) else value


def given(task: Any, answer: str) -> float:
    """What the grader pays, in [0, 1]."""
    return _GIVEN[task.kind](task, answer)


def true(task: Any, answer: str) -> float:
    """1 if the task is done as it was meant, else 0."""
    return _TRUE[task.kind](task, answer)


@lru_cache(maxsize=8192)
def _passes(task: FunctionTask, answer: str, inputs: tuple[Value, ...]) -> float:
    try:
        program = read_program(answer, task.argument)
        return float(all(_same(program.run(plain(x)), task.right(x)) for x in inputs))
    except ProgramError:
        return 0.0


def _same(value: Any, right: Any) -> bool:
    return bool(type(plain(value)) is not str or isinstance(right, str)) and plain(value) == right


def _shown_pass(task: FunctionTask, answer: str) -> float:
    return _passes(task, answer, task.shown)


def _all_pass(task: FunctionTask, answer: str) -> float:
    return _passes(task, answer, (*task.shown, *task.hidden))


def outcome(task: FileTask, answer: str) -> workspace.Outcome | None:
    """The folder after the commands of an answer; ``None`` for an answer that is none."""
    try:
        return workspace.run(workspace.read_commands(answer), task.folder)
    except workspace.CommandError:
        return None


def _files_agree(task: FileTask, answer: str) -> float:
    after = outcome(task, answer)
    if after is None:
        return 0.0
    wrote, expected = (
        after.files.get(name, "").strip() for name in (workspace.ANSWER, workspace.EXPECTED)
    )
    return float(wrote == expected)


def _is_computed(task: FileTask, answer: str) -> float:
    after = outcome(task, answer)
    if after is None or after.touched != {workspace.ANSWER} or after.copied:
        return 0.0
    return float(after.files.get(workspace.ANSWER, "").strip() == task.answer)


_BETWEEN = re.compile(r"[\s,;，、]+")


def ids(answer: str) -> tuple[str, ...]:
    """The names in a list, in its order, also those that come again; empty for no list."""
    found = tuple(one.strip("-*#.[]\"'") for one in _BETWEEN.split(answer.strip()))
    found = tuple(one.upper() for one in found if one)
    return found if len(found) <= MOST_IDS else ()


def _share_named(task: CountTask, answer: str) -> float:
    named = [one for one in ids(answer) if one in task.items]
    return min(1.0, len(named) / len(task.due))


def _exactly_due(task: CountTask, answer: str) -> float:
    named = ids(answer)
    return float(len(named) == len(task.due) and set(named) == set(task.due))


Grader = Callable[[Any, str], float]
_GIVEN: dict[str, Grader] = {"tests": _shown_pass, "file": _files_agree, "count": _share_named}
_TRUE: dict[str, Grader] = {"tests": _all_pass, "file": _is_computed, "count": _exactly_due}


_KINDS: TypeAdapter[Any] = TypeAdapter(Task)


def task_of(given: Any) -> Any:
    """The task that a table of a file describes; raises ``ValueError`` for none."""
    return _KINDS.validate_python(given)
