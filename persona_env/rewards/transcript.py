"""A transcript from outside: turns, pairs or chat messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from persona_env.errors import MessagesError
from persona_env.messages import as_messages, described
from persona_env.rewards.exchange import Turn

GivenTurn = Turn | tuple[str, str] | Mapping[str, Any]
"""A turn, a pair (role, text), or a chat message: a dict with ``role`` and ``content``."""


def read_transcript(given: Sequence[GivenTurn], question: str) -> tuple[Turn, ...]:
    """All that was said before a reply, as :class:`~persona_env.Exchange` holds it.

    The user and the assistant take turns; the user begins and speaks last. A system message in
    front describes the user to the assistant and is left out. A transcript that is only the
    scenario's ``question`` is that of a first turn, and so is an empty one.

    Raises :class:`MessagesError` for anything else.

    >>> read_transcript([{"role": "user", "content": "Why?"}], question="Why?")
    ()
    >>> read_transcript([("user", "Why?"), ("assistant", "So."), ("user", "Go on.")], "Why?")[-1]
    Turn(role='user', text='Go on.')
    """
    if isinstance(given, str | Mapping) or not isinstance(given, Sequence):
        raise MessagesError(
            f"a transcript is a sequence of turns, not of type {type(given).__name__}: give Turns, "
            "pairs (role, text), or dicts with 'role' and 'content'"
        )
    _, messages = described(as_messages([_message(one) for one in given]))
    turns = [Turn(message["role"], message["content"]) for message in messages]
    for place, turn in enumerate(turns):
        due = ("user", "assistant")[place % 2]
        if turn.role != due:
            raise MessagesError(
                f"turn {place} is the {turn.role}'s: the user begins and the two take turns, so "
                f"the {due}'s was due"
            )
    if turns and turns[-1].role != "user":
        raise MessagesError(
            "the transcript ends with the assistant: it must end with what the user said last, "
            "which the reply answers"
        )
    return () if turns == [Turn("user", question)] else tuple(turns)


def _message(one: Any) -> Any:
    """A pair as a message; what is neither is refused as a message."""
    if isinstance(one, tuple | list) and len(one) == 2:
        return {"role": one[0], "content": one[1]}
    return one
