"""A function in a user's style of names, docstring, comments and type hints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .code import named
from .style import Style

if TYPE_CHECKING:
    from .task import Task

_NAME = re.compile(r"<([a-z][a-z ]*)>")


def write_function(task: Task, style: Style) -> str:
    """The function in a style of names, docstring, comments and type hints.

    A body's ``<several words>`` are names, and its lines that are comments are left out for a user
    who does not want them.
    """
    naming = style.get("naming")
    hints = style.get("type_hints") == "yes"
    names = [named(words, naming) for words, _ in task.parameters]
    typed = zip(names, task.parameters, strict=True)
    shown = [f"{name}: {kind}" if hints else name for name, (_, kind) in typed]
    result = f" -> {task.returns}" if hints else ""
    lines = [f"def {named(task.words, naming)}({', '.join(shown)}){result}:"]
    lines += [f"    {line}".rstrip() for line in _docstring(task, names, style.get("docstrings"))]
    for line in _NAME.sub(lambda m: named(m[1], naming), task.body).strip("\n").split("\n"):
        if style.get("comments") == "one in four lines" or not line.lstrip().startswith("#"):
            lines.append(f"    {line}".rstrip())
    return "\n".join(lines)


def _docstring(task: Task, names: list[str], form: str | None) -> list[str]:
    summary = task.summary
    if form == "Google":
        told = [f"    {name}: {_of_kind(kind)}" for name, kind in _kinds(task, names)]
        rest = ["Args:", *told, "", "Returns:", f"    {_of_kind(task.returns)}"]
    elif form == "NumPy":
        told = [line for name, kind in _kinds(task, names) for line in (f"{name} : {kind}",)]
        rest = ["Parameters", "----------", *told, "", "Returns", "-------", task.returns]
    elif form == "reST":
        told = [f":param {name}: {_of_kind(kind)}" for name, kind in _kinds(task, names)]
        rest = [*told, f":returns: {_of_kind(task.returns)}"]
    else:
        return []
    return [f'"""{summary}', "", *rest, '"""']


def _kinds(task: Task, names: list[str]) -> list[tuple[str, str]]:
    return [(name, kind) for name, (_, kind) in zip(names, task.parameters, strict=True)]


def _of_kind(kind: str) -> str:
    return f"a value of type {kind}"
