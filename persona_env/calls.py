"""Function calls as a reply writes them.

A call is ``{"tool": ..., "arguments": {...}}``, bare or in one code fence, and nothing beside it: a
program reads it. Reading is ``json.loads`` within bounds, and nothing of a reply is ever run.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

LONGEST = 2000  # characters of a call
DEEPEST = 16  # brackets that open in a call
DIGITS = 15  # of a whole number
_FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)
_TRIES = re.compile(r"[\"']?\btool[\"']?\s*:\s*[\"']")


class CallError(ValueError):
    """Why a reply is no call."""


@dataclass(frozen=True, slots=True)
class Written:
    """A call as it stands in a reply."""

    tool: str
    arguments: dict[str, Any]


def read_call(reply: str) -> Written:
    """The one call that a reply is; raises :class:`CallError`, which says why it is none.

    >>> read_call('{"tool": "set_timer", "arguments": {"minutes": 5}}').arguments
    {'minutes': 5}
    """
    body = reply.strip()
    if fenced := _FENCED.fullmatch(body):
        body = fenced[1].strip()
    if len(body) > LONGEST or body.count("{") + body.count("[") > DEEPEST:
        raise CallError("too long or too deep")
    try:
        found = json.loads(
            body, object_pairs_hook=_once, parse_constant=_no_number,
            parse_int=_whole, parse_float=_finite,
        )  # fmt: skip
    except json.JSONDecodeError as error:
        raise CallError("no JSON object, or text beside it") from error
    if not isinstance(found, dict) or set(found) != {"tool", "arguments"}:
        raise CallError("not an object of tool and arguments")
    if not isinstance(found["tool"], str) or not isinstance(found["arguments"], dict):
        raise CallError("tool is a name, arguments an object")
    return Written(found["tool"], found["arguments"])


def tries_call(reply: str) -> tuple[int, int] | None:
    """Where a reply, or a part of it, looks like a call."""
    found = _TRIES.search(reply)
    return found.span() if found else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise CallError("a key twice")
    return made


def _no_number(name: str) -> Any:
    raise CallError(f"{name} is no number")


def _whole(digits: str) -> int:
    if len(digits) > DIGITS:
        raise CallError("a number too large")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise CallError("a number too large")
    return number
