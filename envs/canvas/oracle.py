"""The reference reply: the edit in this user's style, in the form that their editor takes."""

from __future__ import annotations

from persona_env.languages import Language

from .diffs import write_block, write_patch
from .edits import Target
from .scenario import SETTLED, CanvasScenario, Passage
from .slots import render
from .style import Style
from .words import said
from .writing import write_function


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
