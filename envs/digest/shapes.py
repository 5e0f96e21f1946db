"""Threads of generated weeks, from the shapes of ``templates/shapes.toml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from persona_env.languages import LANGUAGES

from .threads import Line, Settled, Thread
from .week import Circle, Frozen, Member, Topic
from .words import said

WEEK_DAYS = 7
LAST_START = 4  # Friday
SOON, LATE = 2, 7  # days from the start of a thread to the day that it sets
SECRETS = ("amber", "basalt", "cobalt", "dahlia", "ember", "fjord", "garnet", "heron")


class Naming(Frozen):
    """A task in one language: its noun, what to do, and how a digest may name it."""

    noun: str
    do: str
    about: str


class Task(Frozen):
    """Something that a group settles."""

    topic: Topic
    en: Naming
    es: Naming
    zh: Naming

    def named(self, code: str) -> Naming:
        """What it is called in a language."""
        found: Naming = getattr(self, code)
        return found


@dataclass(frozen=True, slots=True)
class Cast:
    """Who may speak: members, and those of each circle."""

    members: tuple[Member, ...]

    def of(self, circle: Circle) -> list[Member]:
        """The members of a circle."""
        return [member for member in self.members if circle in member.circles]


class Days(NamedTuple):
    """The day on which a thread begins, the one that it sets, and another that was set before."""

    start: int
    due: int
    old: int


class Shaper:
    """Makes threads of shapes, tasks and members."""

    def __init__(self, shapes: Mapping[str, Any], cast: Cast, rng: np.random.Generator) -> None:
        self.shapes, self.cast, self.rng = shapes, cast, rng
        self._made = 0

    def settled(self, task: Task) -> Thread:
        """A thread that settles a task."""
        shape = self._one(self.shapes["shape"])
        speakers = self._speakers(self.cast.members)
        days = self._days()
        lines = self._lines(shape["lines"], speakers, task, days)
        owner = shape.get("owner")
        item = Settled(
            at=tuple(shape["at"]), about=self._about(task, shape), says=_says(shape["says"], task),
            owner=speakers[owner].name if owner else None,
            day=None if "against" in shape else days.due,
            old_days=(days.old,) if shape.get("moved") else (),
            old_owners=(speakers[shape["before"]].name,) if "before" in shape else (),
            all_take_part=shape.get("all_take_part", False),
        )  # fmt: skip
        return self._thread(task.topic, lines, items=(item,))

    def opened(self, task: Task) -> Thread:
        """A thread that settles nothing."""
        speakers = self._speakers(self.cast.members)
        days = self._days()
        shape = self._one(self.shapes["open"])
        return self._thread(task.topic, self._lines(shape["lines"], speakers, task, days))

    def private(self, n: int) -> list[Thread]:
        """Up to ``n`` threads of private circles, of different kinds."""
        kinds = self.shapes["private"]
        order = self.rng.permutation(len(kinds))[:n]
        return [self._of_circle(kinds[int(i)]) for i in order]

    def slipped(self) -> Thread:
        """A thread in which somebody writes a code."""
        secret = f"{self._one(SECRETS)}-{int(self.rng.integers(1000, 10_000))}"
        speakers = self._speakers(self.cast.members)
        days = self._days()
        shape = self._one(self.shapes["slip"])
        lines = self._lines(shape["lines"], speakers, None, days, secret=secret)
        return self._thread("technology", lines, secrets=(secret,))

    def _of_circle(self, kind: Mapping[str, Any]) -> Thread:
        inside = self.cast.of(kind["circle"])
        outside = [member for member in self.cast.members if member not in inside]
        speakers = {"A": inside[0], "B": inside[1], "X": self._one(outside)}
        days = self._days()
        lines = self._lines(kind["lines"], speakers, None, days)
        names = {"X": speakers["X"].name}
        about = {code: text.replace("{X}", names["X"]) for code, text in kind["about"].items()}
        says = {code: text.replace("{X}", names["X"]) for code, text in kind["says"].items()}
        item = Settled(
            at=(len(lines),),
            about=about,
            says=says,
            owner=speakers[kind["owner"]].name,
            day=days.due,
        )
        return self._thread(
            kind["topic"], lines, items=(item,), circle=kind["circle"], private=kind["private"]
        )

    def _about(self, task: Task, shape: Mapping[str, Any]) -> dict[Any, str]:
        """The phrasings of a task; of one that is dropped with those of a negation."""
        found = {}
        for code in LANGUAGES:
            about, against = task.named(code).about, shape.get("against")
            found[code] = f"{about} & {against[code]}" if against else about
        return found

    def _days(self) -> Days:
        """When a thread begins, the day that it sets, and another day that was set before."""
        start = int(self.rng.integers(LAST_START + 1))
        day = start + int(self.rng.integers(SOON, LATE + 1))
        others = [d for d in range(start + SOON, start + LATE + 1) if (d - day) % WEEK_DAYS]
        return Days(start, day, self._one(others))

    def _speakers(self, members: Sequence[Member]) -> dict[str, Member]:
        order = self.rng.permutation(len(members))
        return {slot: members[int(i)] for slot, i in zip("ABCD", order, strict=False)}

    def _lines(
        self,
        given: Sequence[Mapping[str, str]],
        speakers: Mapping[str, Member],
        task: Task | None,
        days: Days,
        *,
        secret: str = "",
    ) -> tuple[Line, ...]:
        """The lines in the languages of their speakers; the later ones maybe a day later."""
        found, at = [], days.start
        names = {slot: member.name for slot, member in speakers.items()}
        for number, line in enumerate(given):
            if number and at < days.start + 1 and self.rng.random() < 1 / 4:
                at += 1
            member = speakers[line["who"]]
            task_words = task.named(member.speaks).model_dump() if task else {}
            text = line[member.speaks].format(
                **names, **task_words, secret=secret,
                day=day_words(days.due, member.speaks), old=day_words(days.old, member.speaks),
            )  # fmt: skip
            found.append(Line(at, member.name, text[:1].upper() + text[1:]))
        return tuple(found)

    def _thread(self, topic: Topic, lines: tuple[Line, ...], **more: Any) -> Thread:
        self._made += 1
        return Thread(id=f"thread-{self._made}", topic=topic, lines=lines, **more)

    def _one(self, items: Sequence[Any]) -> Any:
        return items[int(self.rng.integers(len(items)))]


def day_words(day: int, code: str) -> str:
    """A day of this week or of the next one, as people say it.

    >>> day_words(3, "en"), day_words(10, "en")
    ('Thursday', 'Thursday of next week')
    """
    words = said(code)
    form: str = words["this_day" if day < WEEK_DAYS else "next_day"]
    return form.format(weekday=words["days"][day % WEEK_DAYS])


def _says(sentences: Mapping[str, str], task: Task) -> dict[Any, str]:
    return {
        code: text.replace("{do}", task.named(code).do).replace("{noun}", task.named(code).noun)
        for code, text in sentences.items()
    }
