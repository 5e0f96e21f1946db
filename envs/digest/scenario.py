"""A week of a channel as a scenario: its messages, and what a digest of it has to say."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from persona_env.scenarios.schema import Category, Scenario

from .communities import written_week
from .page import texts_of
from .week import Item, Member, Message, Private, Role

WEEK = Category("week", needs=("channel", "monday"), reply_kind="data")
LEAST, MOST = 30, 300  # messages


class DigestScenario(Scenario):
    """A week of a channel.

    A written one names a ``community``, its ``threads`` and how many lines of small ``talk`` it
    has; a generated one has the messages themselves. The texts follow from these, in every
    language.
    """

    channel: str
    monday: date
    members: tuple[Member, ...]
    messages: Annotated[tuple[Message, ...], Field(min_length=LEAST, max_length=MOST)]
    items: tuple[Item, ...]
    private: tuple[Private, ...] = ()
    secrets: tuple[str, ...] = ()

    def __hash__(self) -> int:  # the fields hold dicts
        return hash(self.id)

    @model_validator(mode="before")
    @classmethod
    def _of_threads(cls, given: object) -> object:
        """Messages from threads, and texts from messages, where they are not given."""
        if not isinstance(given, dict) or given.get("texts"):
            return given
        fields = {k: v for k, v in given.items() if k not in ("community", "threads", "talk")}
        if "threads" in given:
            fields |= written_week(
                str(given.get("community")),
                str(given.get("id")),
                given["threads"],
                given.get("talk", 0),
            )
        return {**fields, "texts": texts_of(fields)}

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        numbers = [message.number for message in self.messages]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError("messages are numbered from 1, in their order")
        names = {member.name for member in self.members}
        for author in {message.author for message in self.messages} - names:
            raise ValueError(f"{author!r} writes, and is no member: {sorted(names)}")
        for item in self.items:
            if item.owner is not None and item.owner not in names:
                raise ValueError(f"{item.owner!r} owns something, and is no member")
        return self

    def member(self, role: Role | None) -> Member | None:
        """The member with a role; ``None`` for a role that is not known."""
        return next((one for one in self.members if one.role == role), None)

    def spellings(self, name: str) -> tuple[str, ...]:
        """How the name of a member may be spelt."""
        return next(one.spellings for one in self.members if one.name == name)
