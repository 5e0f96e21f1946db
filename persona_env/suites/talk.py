"""A conversation of a public data set: what a user said, and which replies there were to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from persona_env.messages import Message


class Answer(NamedTuple):
    """A reply: its text, the model that wrote it, the user's score, and whether the talk went on
    with it. ``score`` is ``None`` where nobody rated it."""

    text: str
    model: str = ""
    score: float | None = None
    is_chosen: bool = False


class Asked(NamedTuple):
    """What the user said at one turn, and the replies to it; ``language`` is a code of this
    library, or whatever the data set calls it, ``""`` where nobody knows."""

    prompt: str
    answers: tuple[Answer, ...] = ()
    language: str = ""

    @property
    def chosen(self) -> int | None:
        """The place of the reply with which the talk went on; ``None`` if there is none."""
        return next((at for at, one in enumerate(self.answers) if one.is_chosen), None)


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation.

    Parameters
    ----------
    id:
        Begins with the name of the data set.
    user:
        The id of the user; ``""`` where nobody knows who it was.
    turns:
        At least one. Every turn but the last has a chosen reply.
    time:
        When it was held, if that is known.
    """

    id: str
    user: str
    turns: tuple[Asked, ...]
    time: datetime | None = None

    def messages(self, place: int) -> list[Message]:
        """All that was said up to the prompt of a turn, which comes last.

        >>> hi = Asked("Hi", (Answer("Hm."), Answer("Hello.", is_chosen=True)))
        >>> Talk("a", "ana", (hi, Asked("Why?"))).messages(1)[1:]
        [{'role': 'assistant', 'content': 'Hello.'}, {'role': 'user', 'content': 'Why?'}]
        """
        return [*self._said(place), {"role": "user", "content": self.turns[place].prompt}]

    def _said(self, place: int) -> Iterator[Message]:
        for turn in self.turns[:place]:
            yield {"role": "user", "content": turn.prompt}
            if turn.chosen is not None:
                yield {"role": "assistant", "content": turn.answers[turn.chosen].text}

    def name_of(self, place: int) -> str:
        """The id of the scenario that a turn is."""
        return f"{self.id}-{place + 1}"


def time_of(value: Any) -> datetime | None:
    """A time as the data sets write it, such as ``"2023-12-05 10:11:12"``, in UTC where no zone is
    given; ``None`` if there is none.

    >>> time_of("2023-12-05 10:11:12").isoformat()
    '2023-12-05T10:11:12+00:00'
    """
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
