"""WildChat's conversations of people with a chat model: several turns in many languages, no scores.

A row holds a ``conversation``, a list of messages with ``role``, ``content`` and ``language``, and
for the whole of it ``language``, ``model``, ``toxic`` and ``turn`` (Zhao et al. 2024, arXiv
2405.01470); licence ODC-BY. LMSYS-Chat-1M has the same columns. A user is told by the
``hashed_ip``, which is hashed once more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from persona_env.errors import MessagesError
from persona_env.languages import FACTS
from persona_env.messages import Message, as_messages
from persona_env.rows import Row
from persona_env.suites.talk import Answer, Asked, Talk, time_of

COLUMNS = ("conversation",)
IDS = ("conversation_hash", "conversation_id")
"""Columns one of which names a conversation."""
HASHED = 12  # characters of a user's name
CODES = {facts.name: code for code, facts in FACTS.items()}
"""The codes of languages by their English names, which the data set has."""


def read_wildchat(row: Row, number: int) -> Talk:
    """The conversation of a row; raises an error that names the row.

    ``number`` names a conversation without an id.
    """
    row.require(COLUMNS)
    said = row.cells["conversation"]
    if not isinstance(said, Sequence) or isinstance(said, str):
        raise row.error(f"'conversation' is a list of messages, not {type(said).__name__}")
    messages = _messages(row, said)
    roles = [message["role"] for message in messages]
    if not roles or roles != (["user", "assistant"] * len(roles))[: len(roles)]:
        raise row.error(f"user and assistant do not speak in turn, the user first: {roles}")
    found = []
    for at in range(0, len(messages), 2):
        reply = messages[at + 1 : at + 2]
        answers = tuple(Answer(m["content"], row.optional("model"), None, True) for m in reply)
        found.append(Asked(messages[at]["content"], answers, _language(row, said[at])))
        if not found[-1].prompt.strip():
            raise row.error(f"message {at} of the conversation is blank")
    name = next((row.optional(one) for one in IDS if row.optional(one)), str(number))
    return Talk(
        f"wildchat-{name}", _user(row, said[0]), tuple(found), time_of(row.cells.get("timestamp"))
    )


def is_toxic(row: Row) -> bool:
    """Whether the row is marked so."""
    return row.cells.get("toxic") is True


def country_of(row: Row) -> str:
    """The country from which the user wrote, as the data set has it; ``""`` if it has none."""
    said = row.cells.get("conversation")
    first = said[0] if isinstance(said, Sequence) and said else {}
    return _cell(row, first, "country")


def _messages(row: Row, said: Sequence[Any]) -> list[Message]:
    try:
        return as_messages(said)
    except (MessagesError, TypeError) as error:
        raise row.error(f"'conversation': {error}") from error


def _language(row: Row, message: Mapping[str, Any]) -> str:
    """The code of the language in which a message is; of one without data here its name."""
    name = _cell(row, message, "language")
    return CODES.get(name, name)


def _user(row: Row, message: Mapping[str, Any]) -> str:
    hashed = _cell(row, message, "hashed_ip")
    again = hashlib.sha256(f"wildchat {hashed}".encode()).hexdigest()[:HASHED]
    return f"wildchat-{again}" if hashed else ""


def _cell(row: Row, message: Mapping[str, Any], name: str) -> str:
    """A text that stands in the message, or in the row for all of them."""
    own = message.get(name)
    return own if isinstance(own, str) and own else row.optional(name)
