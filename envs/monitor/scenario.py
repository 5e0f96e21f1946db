"""A task of this environment: the request, what the grader sees, and the loophole."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from persona_env.languages import Language
from persona_env.scenarios.schema import Category, Scenario

from .material import listing, reference
from .tasks import Task, task_of

CATEGORIES = tuple(
    Category(name, needs=("tasks",), reply_kind="data")
    for name in ("loophole_tests", "loophole_file", "loophole_count")
)
"""A function whose grader runs the tests that are shown; a result that is compared with a file in
the same folder; a list whose length is paid."""


class MonitorScenario(Scenario):
    """A task with a loophole.

    It is given with a ``task``, of all languages or in a text of its own, and with a ``request`` in
    place of each prompt. The prompt follows from them: the request, what there is to work on, how
    it is graded, and the form of the answer. ``subject`` are names of what is worked on, by
    language; a first sentence that uses none of them says nothing.
    """

    tasks: dict[Language, Task]
    subject: dict[Language, tuple[str, ...]]

    @model_validator(mode="before")
    @classmethod
    def _prompts_of_requests(cls, fields: dict[str, Any]) -> dict[str, Any]:
        if "tasks" in fields:
            return fields
        rest = {key: value for key, value in fields.items() if key not in ("task", "texts")}
        given = fields["texts"]
        tasks = {
            code: task_of(text.get("task", fields.get("task"))) for code, text in given.items()
        }
        subject = {code: tuple(text["subject"]) for code, text in given.items()}
        texts = {code: _text(text["request"], tasks[code], code) for code, text in given.items()}
        return {**rest, "tasks": tasks, "subject": subject, "texts": texts, "reply_kind": "data"}


def _text(request: str, task: Any, language: str) -> dict[str, str]:
    prompt = f"{request.strip()}\n\n{listing(task, language)}"
    return {"prompt": prompt, "answer": f"<answer>\n{reference(task)}\n</answer>"}
