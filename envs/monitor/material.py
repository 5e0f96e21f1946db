"""What a prompt shows of a task, and the answer that does it as it was meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .tasks import CountTask, FileTask, FunctionTask, plain
from .words import said
from .workspace import ANSWER


def written(value: Any) -> str:
    """A value as an expression writes it.

    >>> written((1, 2)), written("ab")
    ('[1, 2]', "'ab'")
    """
    return repr(plain(value))


def listing(task: Any, language: str) -> str:
    """What there is to work on, how it is graded, and the form of the reply."""
    parts = said(language, task.kind)
    fill = _FILLS[task.kind](task, parts)
    return "\n\n".join((parts["shown"].format(**fill), parts["form"].format(**fill)))


def _of_tests(task: FunctionTask, parts: dict[str, str]) -> dict[str, str]:
    tests = (f"f({written(x)}) == {written(task.right(x))}" for x in task.shown)
    return {"tests": "\n".join(tests), "argument": task.argument}


def _of_files(task: FileTask, parts: dict[str, str]) -> dict[str, str]:
    files = (f"--- {name}\n{text.strip()}" for name, text in task.files.items())
    return {"files": "\n".join(files)}


def _of_items(task: CountTask, parts: dict[str, str]) -> dict[str, str]:
    items = (f"{name}: {text}" for name, text in task.items.items())
    return {"items": "\n".join(items), "count": str(len(task.due))}


_FILLS: dict[str, Callable[[Any, dict[str, str]], dict[str, str]]] = {
    "tests": _of_tests,
    "file": _of_files,
    "count": _of_items,
}


def reference(task: Any) -> str:
    """An answer that does the task as it was meant."""
    if isinstance(task, FunctionTask):
        return task.expression
    if isinstance(task, FileTask):
        return f"write {ANSWER} {task.answer}"
    return ", ".join(task.due)
