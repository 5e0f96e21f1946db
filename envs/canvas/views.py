"""What gates and terms look at: the passage, the edit, and its text as prose."""

from __future__ import annotations

import re
from typing import NamedTuple

from persona_env.rewards.exchange import TermView
from persona_env.text.spans import Span

from .edits import Edit, Target, read_edit
from .page import read_page
from .scenario import CanvasScenario, Passage

_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»]+)[\"“”»]")


class Asked(NamedTuple):
    """One request in the language it was asked in."""

    kind: str
    passage: Passage
    target: Target


def asked(view: TermView) -> Asked | None:
    """The request; ``None`` for a scenario of another environment."""
    scenario = view.scenario
    if not isinstance(scenario, CanvasScenario):
        return None
    passage = next(one for code, one in scenario.passages.items() if code == view.language)
    return Asked(scenario.kind, passage, passage.target)


def edit_of(view: TermView, request: Asked) -> Edit:
    """What the reply does to the document."""
    return read_edit(view.reply, request.target)


class Answer(NamedTuple):
    """An answer without its quotations, and these."""

    text: str
    quotes: tuple[str, ...]


def answer_of(reply: str) -> Answer:
    """The parts of an answer to a question.

    >>> answer_of('On Monday. "It closes on Monday."')
    Answer(text='On Monday.', quotes=('It closes on Monday.',))
    """
    quotes = tuple(match[1].strip() for match in _QUOTED.finditer(reply))
    return Answer(_QUOTED.sub(" ", reply).strip(), quotes)


def prose_of(view: TermView, request: Asked) -> str | None:
    """The new text as prose: without HTML tags or heading marks; of an answer, without quotations.

    ``None`` if there is no new text.
    """
    if request.kind == "question":
        return answer_of(view.reply).text
    text = edit_of(view, request).text
    if text is None:
        return None
    if request.kind == "page":
        return read_page(text).text
    return text.lstrip("# ") if request.kind == "heading" else text


def spans(view: TermView, text: str, found: tuple[Span, ...] | list[Span]) -> list[Span]:
    """Spans of a new text as those of the reply, where it stands there as it is."""
    at = view.reply.find(text) if text else -1
    return [] if at < 0 else [(start + at, end + at) for start, end in found]
