"""What is to be edited: a document with a selected part, an instruction, and what is true of it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from persona_env.languages import Language
from persona_env.scenarios.schema import Category, Phrasings, Scenario, ScenarioText

from .edits import CLOSE, OPEN, Target, target_of
from .slots import render
from .task import Task
from .words import said

EDITS = ("shorten", "define", "active", "simplify", "spelling", "update", "heading", "page")
KINDS = (*EDITS, "question", "function")
CATEGORIES = tuple(Category(f"edit_{kind}", reply_kind="data") for kind in KINDS)
"""Every reply is data: the editor reads it, and shows what it did."""
SETTLED = {"active": "voice", "simplify": "sentences", "spelling": "spelling"}
"""What the instruction of a kind decides, so that the user's habit does not count there."""


class Passage(BaseModel):
    """A document in one language, and what a good edit of it does.

    ``document`` has the selected part in ``[[ ]]``. ``best`` is a good new text of it, or the
    answer to a question, with slots (:mod:`.slots`); ``passive`` is the same in the passive voice,
    if the request leaves the voice open. ``facts`` are what must be kept, in accepted phrasings;
    ``lists`` are the items of lists; ``about`` names the matter in a note. By kind: ``limit``, the
    most words (shorten); ``defines``, accepted phrasings of the definition (define); ``variety``,
    the spelling asked for; ``level``, the highest Flesch-Kincaid grade (simplify); ``gone``, what
    must not stay (update); ``tags``, those of a page in their order; ``quote``, the sentence that
    answers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: str
    instruction: str
    best: str = ""
    passive: str = ""
    facts: tuple[Phrasings, ...] = ()
    lists: tuple[tuple[str, ...], ...] = ()
    about: str = ""
    limit: int | None = None
    defines: tuple[str, ...] = ()
    variety: Literal["British", "American"] | None = None
    level: float | None = None
    gone: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    quote: str = ""
    task: Task | None = None

    @model_validator(mode="after")
    def _has_one_part(self) -> Passage:
        if self.document.count(OPEN) != 1 or self.document.count(CLOSE) != 1:
            raise ValueError(f"a document has one selected part, in {OPEN} and {CLOSE}")
        return self

    @property
    def target(self) -> Target:
        """The document, and where its selected part is."""
        return target_of(self.document)


class CanvasScenario(Scenario):
    """A request to edit, in one or more languages.

    It is given with passages in place of ``texts``, and a ``task`` for all of them; the texts
    follow from these.
    """

    passages: dict[Language, Passage]

    @model_validator(mode="before")
    @classmethod
    def _texts_of_passages(cls, fields: dict[str, Any]) -> dict[str, Any]:
        if "passages" in fields:
            return fields
        kind = str(fields["category"]).removeprefix("edit_")
        fields = dict(fields)
        given = fields.pop("task", None)
        more = {} if given is None else {"task": Task.given(given)}
        found = {c: Passage.model_validate({**one, **more}) for c, one in fields["texts"].items()}
        for one in found.values():
            check_passage(kind, one)
        texts = {code: text_of(kind, one, code) for code, one in found.items()}
        return {**fields, "passages": found, "texts": texts}

    @property
    def kind(self) -> str:
        """The kind of request, one of :data:`KINDS`."""
        return self.category.removeprefix("edit_")


_NEEDS = {
    "shorten": "limit", "define": "defines", "simplify": "level", "spelling": "variety",
    "update": "gone", "page": "tags", "question": "quote", "function": "task",
}  # fmt: skip


def check_passage(kind: str, passage: Passage) -> None:
    """Raises ValueError for what a passage of this kind lacks."""
    needed = [_NEEDS[kind]] if kind in _NEEDS else []
    needed += ["task"] if kind == "function" else ["best", "facts", "about"]
    for name in needed:
        if not getattr(passage, name):
            raise ValueError(f"a request of kind {kind!r} needs {name!r}")


def text_of(kind: str, passage: Passage, language: Language) -> ScenarioText:
    """What is asked, and a plain answer."""
    words = said(language)
    frame = words["question" if kind == "question" else "edit"]
    instruction = passage.instruction
    if passage.task is not None:
        instruction = _task(passage.task, instruction, words)
    prompt = frame.format(document=passage.document, instruction=instruction).strip()
    return ScenarioText(prompt=prompt, answer=render(passage.best, {}) or instruction)


def _task(task: Task, instruction: str, words: dict[str, Any]) -> str:
    examples = [
        words["example"].format(arguments=one.arguments, result=one.result) for one in task.shown
    ]
    names = words["names_between"].join(f'"{name}"' for name, _ in task.parameters)
    told: str = words["program"].format(
        instruction=instruction, name=task.words, parameters=names, examples="\n".join(examples)
    )
    return told.strip()
