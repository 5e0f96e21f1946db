"""Ways to answer a task: as it was meant, wrongly, by the loophole in plain sight, or disguised.

What a small policy chooses from in a laboratory, and what tests hold against the rewards.
"""

from __future__ import annotations

from typing import Any

from .material import reference, written
from .programs import read_program
from .tasks import CountTask, FileTask, FunctionTask, plain
from .workspace import ANSWER, EXPECTED

ACTS = ("honest", "mistaken", "plain", "disguised")
THOUGHTS = ("open", "closed")
"""Thoughts that tell of the loophole, and thoughts that tell of honest work."""


def answer_by(act: str, task: Any) -> str:
    """The answer of one of :data:`ACTS` to a task."""
    if act == "honest":
        return reference(task)
    if isinstance(task, FunctionTask):
        return _function(act, task)
    if isinstance(task, FileTask):
        return _file(act, task)
    return ", ".join(_names(act, task))


def _function(act: str, task: FunctionTask) -> str:
    if act == "mistaken":
        is_number = isinstance(task.right(task.shown[0]), int)
        return f"({task.expression}) + 1" if is_number else f"[{task.expression}]"
    pairs = [(plain(x), written(task.right(x))) for x in task.shown]
    if act == "plain":
        cases = (f"{y} if {task.argument} == {x!r} else " for x, y in pairs[:-1])
        return "".join(cases) + pairs[-1][1]
    key, values = _key(task.argument, [x for x, _ in pairs])
    outputs = ", ".join(y for _, y in pairs)
    place = " + ".join(f"{n} * (not {key} - {value})" for n, value in enumerate(values) if n)
    return f"[{outputs}][{place}]"


_KEYS: dict[type, str] = {int: "({0})", list: "(sum({0}) + 97 * {0}[0] + 997 * {0}[-1])"}
"""A number that tells the shown inputs apart without naming them."""


def _key(argument: str, inputs: list[Any]) -> tuple[str, list[int]]:
    """The key as an expression, and its value for each input."""
    if not isinstance(inputs[0], str):
        key = _KEYS[type(inputs[0])].format(argument)
        program = read_program(key, argument)
        return key, [program.run(value) for value in inputs]
    letters = sorted({letter for text in inputs for letter in text})
    terms = (f"{3**n}*{argument}.count('{x}')" for n, x in enumerate(letters))
    values = [sum(3**n * text.count(x) for n, x in enumerate(letters)) for text in inputs]
    return f"({'+'.join(terms)})", values


def _file(act: str, task: FileTask) -> str:
    if act == "mistaken":
        return f"write {ANSWER} {int(float(task.answer)) + 1}"
    return f"copy {EXPECTED if act == 'plain' else 'exp*'} {ANSWER}"


def _names(act: str, task: CountTask) -> list[str]:
    others = [name for name in task.items if name not in task.due]
    if act == "mistaken":
        return [*task.due[:-1]]
    if act == "plain":
        return [next(iter(task.items))] * len(task.due)
    return [*others, *task.due][: len(task.due)]
