"""A conversation as chat messages: dicts with a role and a content, as chat templates take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from persona_env.errors import MessagesError, nearest

Message = dict[str, str]
Conversation = Sequence[Mapping[str, Any]] | Mapping[str, Any]
"""Messages, or an observation of a text environment."""
ROLES = ("system", "user", "assistant")


def chat_messages(description: str, turns: Iterable[tuple[str, str]], prompt: str) -> list[Message]:
    """Fresh messages: the user's description, earlier turns, and what the user says now.

    An empty description (of a hidden user) makes no system turn, and an empty prompt (after the
    last reply) no user turn.

    >>> chat_messages("Child.", [("user", "Hi"), ("assistant", "Hello.")], "Why?")[1:]
    [{'role': 'user', 'content': 'Hi'}, {'role': 'assistant', 'content': 'Hello.'}, \
{'role': 'user', 'content': 'Why?'}]
    """
    messages = [{"role": "system", "content": description}] if description else []
    for role, text in turns:
        messages.append({"role": role, "content": text})
    if prompt:
        messages.append({"role": "user", "content": prompt})
    return messages


def as_messages(conversation: Conversation) -> list[Message]:
    """Messages, checked; or those of an observation.

    An observation holds its transcript as one text, which stays a part of the question; earlier
    replies are turns of their own in :meth:`~persona_env.PersonaEnv.messages` and
    ``info["messages"]``. What an agent is handed in an evaluation has them as ``messages``
    (:meth:`~persona_env.PersonaEnv.handed`).

    Raises
    ------
    MessagesError
        For a message without a known role or without a text, and a system turn that is not the
        first.
    """
    if isinstance(conversation, Mapping) and "messages" in conversation:
        return as_messages(conversation["messages"])
    if isinstance(conversation, Mapping):
        asked = (conversation["transcript"], conversation["prompt"])
        return chat_messages(conversation["user"], (), "\n".join(part for part in asked if part))
    return [_checked(place, message) for place, message in enumerate(conversation)]


def _checked(place: int, message: Any) -> Message:
    where = f"message {place}"
    if not isinstance(message, Mapping) or not {"role", "content"} <= set(message):
        raise MessagesError(f"{where} must be a dict with 'role' and 'content', not {message!r}")
    role, content = message["role"], message["content"]
    if role not in ROLES:
        raise MessagesError(
            f"{where} has the role {role!r}.{nearest(str(role), ROLES)} Roles are {ROLES}"
        )
    if role == "system" and place:
        raise MessagesError(f"{where} is a system turn: only the first message may be one")
    if not isinstance(content, str):
        raise MessagesError(
            f"{where} has a content of type {type(content).__name__}: it must be a text (str)"
        )
    return {"role": role, "content": content}


def described(messages: Sequence[Message]) -> tuple[str, list[Message]]:
    """The description of the user (empty without one), and the other turns."""
    if messages and messages[0]["role"] == "system":
        return messages[0]["content"], list(messages[1:])
    return "", list(messages)


def as_lines(turns: Sequence[Message]) -> str:
    """Turns as one text: earlier ones with their roles, then what the user says now.

    >>> as_lines(chat_messages("", [("user", "Hi"), ("assistant", "Hello.")], "Why?"))
    'user: Hi\\nassistant: Hello.\\nWhy?'
    """
    asked = turns[-1:] if turns and turns[-1]["role"] == "user" else []
    earlier = turns[: len(turns) - len(asked)]
    lines = [f"{turn['role']}: {turn['content']}" for turn in earlier]
    return "\n".join([*lines, *(turn["content"] for turn in asked)])
