"""Threads as files hold them, and how they become the messages of a week."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from pydantic import field_validator

from persona_env.languages import Language

from .week import Circle, Day, Frozen, Item, Message, Private, Topic

_LINE = re.compile(r"([1-7]) ([^:]{1,40}): (.+)")
MORNING, EVENING = 8 * 60, 18 * 60  # when a thread begins, in minutes of the day
PAUSE = (2, 25)  # minutes between two messages of a thread
LATEST = 23 * 60 + 59


class Line(NamedTuple):
    """A message before it has a number: the day of the week from 0, who, and what."""

    day: int
    author: str
    text: str


def lines_of(text: str) -> tuple[Line, ...]:
    """The lines of a thread, each ``DAY NAME: TEXT`` with Monday as day 1.

    >>> lines_of("2 Ruth: Is the hall free?")
    (Line(day=1, author='Ruth', text='Is the hall free?'),)

    Raises ValueError for a line of another form.
    """
    found = []
    for line in text.strip().splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise ValueError(f"a message is 'DAY NAME: TEXT' with a day from 1 to 7, not {line!r}")
        found.append(Line(int(match[1]) - 1, match[2], match[3]))
    return tuple(found)


def phrasings(text: str) -> tuple[str, ...]:
    """Phrasings that are parted by bars.

    >>> phrasings("hall | church hall")
    ('hall', 'church hall')
    """
    return tuple(part.strip() for part in text.split("|"))


class Settled(Frozen):
    """What a thread settles: as :class:`Item`, with the lines of the thread that say so (``at``,
    from 1). ``about`` has its parts parted by ``&``, and phrasings by ``|``."""

    at: tuple[int, ...]
    about: dict[Language, str]
    says: dict[Language, str]
    owner: str | None = None
    day: Day | None = None
    old_days: tuple[Day, ...] = ()
    old_owners: tuple[str, ...] = ()
    wrong: str = ""
    takes_part: tuple[str, ...] = ()
    all_take_part: bool = False
    minor: bool = False

    def item(self, numbers: Sequence[int], topic: Topic, circle: str) -> Item:
        """The item, where the lines of the thread have these numbers."""
        about = {code: tuple(map(phrasings, text.split("&"))) for code, text in self.about.items()}
        return Item(
            topic=topic, circle=circle, cites=tuple(numbers[at - 1] for at in self.at),
            thread=tuple(numbers), about=about, says=self.says, owner=self.owner, day=self.day,
            old_days=self.old_days, old_owners=self.old_owners,
            wrong=phrasings(self.wrong) if self.wrong else (), takes_part=self.takes_part,
            all_take_part=self.all_take_part, minor=self.minor,
        )  # fmt: skip


class Thread(Frozen):
    """A thread: its lines, what it settles, and what of it is private (``private``, parted by bars)
    or a secret that nobody's digest may repeat."""

    id: str
    topic: Topic
    circle: Circle | None = None
    lines: tuple[Line, ...]
    items: tuple[Settled, ...] = ()
    private: str = ""
    secrets: tuple[str, ...] = ()

    @field_validator("lines", mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        return lines_of(given) if isinstance(given, str) else given


class Woven(NamedTuple):
    """Threads and small talk in the order of their times."""

    messages: tuple[Message, ...]
    items: tuple[Item, ...]
    private: tuple[Private, ...]
    secrets: tuple[str, ...]


def weave(threads: Sequence[Thread], talk: Iterable[Line], rng: np.random.Generator) -> Woven:
    """The messages of these threads and this small talk, numbered from 1 by their times."""
    timed: list[tuple[int, int, int, int]] = []
    lines = [thread.lines for thread in threads] + [(line,) for line in talk]
    for t, said in enumerate(lines):
        timed += [(day, minute, t, at) for at, (day, minute) in enumerate(_times(said, rng))]
    numbers: dict[int, list[int]] = {}
    messages = []
    for number, (day, minute, t, at) in enumerate(sorted(timed), start=1):
        numbers.setdefault(t, []).append(number)
        thread = threads[t] if t < len(threads) else None
        messages.append(
            Message(
                number=number, day=day, time=f"{minute // 60:02}:{minute % 60:02}",
                author=lines[t][at].author, text=lines[t][at].text,
                topic=thread.topic if thread else "", to=numbers[t][0] if at else 0,
                circle=(thread.circle or "") if thread else "",
            )
        )  # fmt: skip
    items = [
        settled.item(numbers[t], thread.topic, thread.circle or "")
        for t, thread in enumerate(threads)
        for settled in thread.items
    ]
    private = [
        Private(circle=thread.circle, phrasings=phrasings(thread.private))
        for thread in threads
        if thread.circle
    ]
    secrets = tuple(secret for thread in threads for secret in thread.secrets)
    return Woven(tuple(messages), _by_message(items), tuple(private), secrets)


def _by_message(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda item: item.cites))


def _times(lines: Sequence[Line], rng: np.random.Generator) -> list[tuple[int, int]]:
    """Day and minute of each line: a thread goes on within the hour, or on another day."""
    found: list[tuple[int, int]] = []
    for line in lines:
        if found and found[-1][0] == line.day:
            minute = min(LATEST, found[-1][1] + int(rng.integers(*PAUSE)))
        else:
            minute = int(rng.integers(MORNING, EVENING))
        found.append((line.day, minute))
    return found
