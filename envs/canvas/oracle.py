"""The reference reply: the edit in this user's style, in the form that their editor takes."""

from __future__ import annotations

import re

from persona_env.languages import Language

from .code import named
from .diffs import write_block, write_patch
from .edits import Target
from .scenario import SETTLED, CanvasScenario, Passage, Task
from .slots import render
from .style import Style
from .words import said

_NAME = re.compile(r"<([a-z][a-z ]*)>")


def write_reply(scenario: CanvasScenario, language: Language, style: Style) -> str:
    """The reply that is best for a user of this style."""
    passage = scenario.passages[language]
    kind = scenario.kind
    if kind == "question":
        return _answer(passage, style)
    text = write_text(kind, passage, style)
    reply = in_form(text, passage.target, style.get("edit_form"))
    if style.get("change_note") != "one line":
        return reply
    about = passage.task.words if passage.task else render(passage.about, {})
    return f"{reply}\n{said(language)['note'][kind].format(about=about)}"


def write_text(kind: str, passage: Passage, style: Style) -> str:
    """The new text of the selected part."""
    if passage.task is not None:
        return write_function(passage.task, style)
    style = {name: wish for name, wish in style.items() if SETTLED.get(kind) != name}
    if passage.variety is not None:
        style |= {"spelling": passage.variety}
    is_passive = style.get("voice") == "passive" and passage.passive
    return render(passage.passive if is_passive else passage.best, style)


def in_form(text: str, target: Target, form: str | None) -> str:
    """An edit that puts ``text`` in the place of the selected part, in one of the forms."""
    if form == "search and replace":
        return write_block(target.document, target.span, text)
    if form == "unified diff":
        return write_patch(target.document, f"{target.before}{text}{target.behind}")
    return text


def _answer(passage: Passage, style: Style) -> str:
    answer = render(passage.best, style)
    answer = f"{answer[:1].upper()}{answer[1:]}."
    is_quoted = style.get("answers") == "with a quotation"
    return f'{answer} "{passage.quote}"' if is_quoted else answer


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


