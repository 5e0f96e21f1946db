"""What a week of a channel is made of: members, messages, and what was settled in them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from persona_env.languages import Language

Topic = Literal["money", "events", "places", "technology", "people"]
Role = Literal["coordinator", "treasurer", "technician", "host", "editor", "newcomer"]
Circle = Literal["board", "care", "tech"]
Day = Annotated[int, Field(ge=0, le=20)]
"""Days after the Monday of the week."""
Groups = Annotated[tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...], Field(min_length=1)]
"""Phrasings of each part of a matter; a text names the matter if it has one of every part."""


class Frozen(BaseModel):
    """A part of a week."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Member(Frozen):
    """Somebody in the channel: ``names`` are the accepted spellings, ``interests`` their topics,
    ``circles`` the private circles that they read."""

    name: str
    role: Role
    names: tuple[str, ...] = ()
    interests: Annotated[tuple[Topic, ...], Field(min_length=1)]
    circles: tuple[Circle, ...] = ()
    speaks: Language

    @property
    def spellings(self) -> tuple[str, ...]:
        """All spellings of the name."""
        return (self.name, *self.names)


class Message(Frozen):
    """One message. ``to`` is the number of the message that it answers, 0 for none; ``circle`` the
    private circle that alone sees it; ``topic`` is empty of small talk."""

    number: int
    day: Day
    time: str
    author: str
    text: str
    topic: str = ""
    to: int = 0
    circle: str = ""


class Item(Frozen):
    """What was settled: a decision or a task.

    ``cites`` are the messages that say so, one of which a point has to cite, and ``thread`` all
    messages of its thread. ``about`` has the accepted phrasings of the matter and ``says`` a
    sentence with the slots ``{owner}`` and ``{date}``, by language. ``old_days`` and ``old_owners``
    held earlier in the week; ``wrong`` are choices that were not taken. ``takes_part`` are members
    whom it concerns as well (``all_take_part``: all of them), and what is ``minor`` need not be
    told: a digest may tell both.
    """

    topic: Topic
    circle: str = ""
    cites: Annotated[tuple[int, ...], Field(min_length=1)]
    thread: tuple[int, ...]
    about: dict[Language, Groups]
    says: dict[Language, str]
    owner: str | None = None
    day: Day | None = None
    old_days: tuple[Day, ...] = ()
    old_owners: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    takes_part: tuple[str, ...] = ()
    all_take_part: bool = False
    minor: bool = False

    @model_validator(mode="after")
    def _says_all(self) -> Self:
        for code, sentence in self.says.items():
            slots = (("{owner}", self.owner), ("{date}", self.day))
            for slot, value in slots:
                if (slot in sentence) is not (value is not None):
                    raise ValueError(f"{code}: {sentence!r} and {slot} do not fit")
        return self


class Private(Frozen):
    """What only the members of ``circle`` may read, in any of these phrasings."""

    circle: Circle
    phrasings: Annotated[tuple[str, ...], Field(min_length=1)]
