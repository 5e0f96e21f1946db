"""What a profile says of documents: marks or quotes, what is reliable, what is read, how long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from persona_env.errors import ProfileError, nearest
from persona_env.users.profile import UserProfile


class Task(StrEnum):
    """What is done with a document: ``extensions.document_task``."""

    MARK = "mark"
    PICK = "pick"


class Wanted(StrEnum):
    """Which statements are worth reading: ``extensions.read_what``."""

    RELIABLE = "reliable"
    DOUBTFUL = "doubtful"


class Form(StrEnum):
    """How a confidence is written: ``extensions.marks_in``."""

    PERCENT = "percent"
    DECIMALS = "decimals"


TOPICS = ("costs", "dates", "risks", "people")
FIELDS: dict[str, tuple[str, ...]] = {
    "extensions.document_task": tuple(Task),
    "extensions.reliable_from": ("60 %", "75 %", "90 %"),
    "extensions.read_about": TOPICS,
    "extensions.read_what": tuple(Wanted),
    "extensions.reading_budget": ("15 words", "30 words", "60 words"),
    "extensions.marks_in": tuple(Form),
    "extensions.sources_named": ("yes", "no"),
}
"""The fields, and what each may say; all are preferences."""
USES = tuple(FIELDS)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a user wants of a document; ``None`` is unknown.

    ``threshold`` in (0, 1): from where on a statement is reliable; ``words``: how many there is
    time for.
    """

    task: Task = Task.MARK
    threshold: float | None = None
    topic: str | None = None
    what: Wanted | None = None
    words: int | None = None
    form: Form | None = None
    sources: bool | None = None


def task_of(field: Callable[[str], Any]) -> Task:
    """The task of a user; one who names none wants every statement marked."""
    task = field(USES[0])
    return Task.MARK if task is None else Task(task)


def wishes_of(field: Callable[[str], Any]) -> Wishes:
    """The preferences of a user."""
    _, reliable, about, what, budget, form, sources = (field(path) for path in USES)
    return Wishes(
        task_of(field),
        None if reliable is None else int(reliable.split()[0]) / 100,
        about,
        None if what is None else Wanted(what),
        None if budget is None else int(budget.split()[0]),
        None if form is None else Form(form),
        None if sources is None else sources == "yes",
    )


def check_wishes(user: UserProfile) -> None:
    """Raise :class:`ProfileError` for a value that there is not, with the nearest one."""
    for path, allowed in FIELDS.items():
        name = path.removeprefix("extensions.")
        own = user.extensions.get(name)
        if own is None:
            continue
        if own.value not in allowed:
            hint = nearest(str(own.value), allowed)
            raise ProfileError(f"{name} {own.value!r} is not one of {[*map(str, allowed)]}.{hint}")
        if own.role != "preference":
            raise ProfileError(f"{name} has the role 'preference', not {own.role!r}")
