"""Prompts that are longer than the room for them."""

from __future__ import annotations

from collections.abc import Sequence

from persona_env.errors import TokenizerError
from persona_env.messages import Conversation, Message, as_messages, chat_messages, described
from persona_env.wrappers.tokenizers import Codec

GAP = " ... "
CLOSE = 16  # the search ends where the kept texts are within a sixteenth of the longest that fit


def fitted(codec: Codec, conversation: Conversation, room: int) -> tuple[list[int], bool]:
    """The ids of a prompt, at most ``room`` of them, and whether something was left out for it.

    First the oldest exchanges go. If description and question alone are too long, each loses its
    middle, the longer one first. The marks of the turns always stay.

    There must be room for the marks: see :func:`check_room`.
    """
    messages = as_messages(conversation)
    ids = codec.prompt(messages)
    if len(ids) <= room:
        return ids, False
    while len(described(messages)[1]) > 2:
        messages = _without_oldest(messages)
        ids = codec.prompt(messages)
        if len(ids) <= room:
            return ids, True
    return _shortened(codec, messages, room), True


def check_room(codec: Codec, room: int) -> None:
    """Raise a :class:`TokenizerError` unless the marks of a prompt, and a little text, fit."""
    least = codec.prompt(chat_messages("a", (), "a"))
    if len(least) > room:
        raise TokenizerError(
            f"the shortest prompt takes {len(least)} tokens and there is room for {room}: a "
            "context must exceed max_new_tokens by more"
        )


def _without_oldest(messages: Sequence[Message]) -> list[Message]:
    """Without the first question and its reply."""
    _, turns = described(messages)
    return [*messages[: len(messages) - len(turns)], *turns[2:]]


def _shortened(codec: Codec, messages: Sequence[Message], room: int) -> list[int]:
    """By bisection: about as many characters of each text as fit."""
    least, most = 0, max(len(message["content"]) for message in messages)
    fits = codec.prompt(_kept(messages, least))
    while most - least > 1 + least // CLOSE:
        middle = (least + most) // 2
        ids = codec.prompt(_kept(messages, middle))
        if len(ids) <= room:
            least, fits = middle, ids
        else:
            most = middle
    return fits


def _kept(messages: Sequence[Message], most: int) -> list[Message]:
    return [{**message, "content": _ends(message["content"], most)} for message in messages]


def _ends(text: str, most: int) -> str:
    """Beginning and end of a text, about ``most`` characters together.

    >>> _ends("a long biography, and what is wanted", 12)
    'a long ... wanted'
    >>> _ends("a long biography, and what is wanted", 3)
    'a l'
    """
    if len(text) <= most:
        return text
    if most <= 2 * len(GAP):
        return text[:most]
    tail = most // 2
    return f"{text[: most - tail]}{GAP}{text[len(text) - tail :]}"
