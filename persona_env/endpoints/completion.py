"""What a chat endpoint answered."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from persona_env.endpoints.response import Response


class Completion(NamedTuple):
    """A chat completion: the text, why it ended, and a refusal of the server's own.

    What a server gives apart from the text as reasoning is no part of it.
    """

    text: str
    finish: str = ""
    refusal: str = ""


def completion_of(response: Response) -> Completion | None:
    """The completion in the body of a response; ``None`` if there is none.

    >>> completion_of(Response(200, '{"choices": [{"message": {"content": "Yes."}}]}')).text
    'Yes.'
    >>> completion_of(Response(200, "<html>busy</html>")) is None
    True
    """
    try:
        data = json.loads(response.body)
        choice = data["choices"][0]
        message = choice["message"]
        content, refused = message.get("content"), message.get("refusal")
        finish = choice.get("finish_reason")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return None
    return Completion(_text(content), str(finish or ""), str(refused or ""))


def _text(content: Any) -> str:
    """A message's content: a text, or parts with texts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))
