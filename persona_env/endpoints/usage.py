"""The tokens that an endpoint says a call took."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Usage(NamedTuple):
    """Tokens in and out."""

    tokens_in: int
    tokens_out: int


def usage_of(body: str) -> Usage | None:
    """The usage in the body of a response; ``None`` where it says none.

    >>> usage_of('{"usage": {"prompt_tokens": 9, "completion_tokens": 2}}')
    Usage(tokens_in=9, tokens_out=2)
    >>> usage_of('{"choices": []}') is None
    True
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    used: Any = data.get("usage") if isinstance(data, dict) else None
    if not isinstance(used, dict):
        return None
    found = Usage(used.get("prompt_tokens", -1), used.get("completion_tokens", -1))
    return found if all(type(one) is int and one >= 0 for one in found) else None
