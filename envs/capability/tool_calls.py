"""Function calls: as a reply writes them, and whether one is what this user wanted.

A call is ``{"tool": ..., "arguments": {...}}``, bare or in one code fence of any kind, also on one
line, and nothing beside it: a program reads it. Reading is ``json.loads`` within bounds, and
nothing of a reply is ever run.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from persona_env.scenarios.schema import Scenario
from persona_env.text.spans import fold

from .scenario import Tool, call_of, tools_of

LONGEST = 2000  # characters of a call
DEEPEST = 16  # brackets that open in a call
DIGITS = 15  # of a whole number
_OPENING = re.compile(r"(`{3,}|~{3,})[^`~\r\n]*\r?\n|(`+)(?:\w+\s)?(?=\s*\{)")
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
    body = _unfenced(reply.strip())
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


def _unfenced(body: str) -> str:
    """What stands in the one fence or inline code, of any language, that a reply is."""
    opening = _OPENING.match(body)
    if opening is None:
        return body
    fence = opening[1] or opening[2]
    inside = body.rstrip(fence[0])
    closed = len(body) - len(inside) >= len(fence)
    return inside[opening.end() :].strip() if closed else body


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


CALL_FIELDS = (
    "preferences.length",
    "preferences.formality",
    "preferences.format",
    "preferences.reading_level",
    "preferences.tone",
    "preferences.language",
    "context.languages",
    "context.age_band",
    "context.device",
    "context.accessibility",
)
"""The profile fields on which an argument may depend."""


def fits(tool: Tool, arguments: dict[str, Any]) -> bool:
    """Whether the arguments follow the tool's JSON Schema."""
    return bool(Draft202012Validator(tool.parameters).is_valid(arguments))


def same_value(given: Any, wanted: Any) -> bool:
    """Equal; letters in either case, and blanks as they come. ``True`` is not 1.

    >>> same_value("  Ana ", "ana"), same_value(True, 1), same_value("5", 5)
    (True, False, False)
    """
    if isinstance(given, str) and isinstance(wanted, str):
        return _plain(given) == _plain(wanted)
    if isinstance(given, bool) or isinstance(wanted, bool):
        return given is wanted
    return isinstance(given, int | float) and bool(given == wanted)


def _plain(text: str) -> str:
    return " ".join(fold(unicodedata.normalize("NFC", text)).split())


def accepted(wish: str, get: Callable[[str], Any], language: str) -> tuple[str, ...] | None:
    """The values of an argument that suit a user; ``None``: any, or none at all.

    ``wish`` is a preference for named targets, ``"age"`` or ``"page"``; ``get`` reads a profile
    field, and ``language`` is that of the prompt.
    """
    if wish == "age":
        band = get("context.age_band")
        return None if band is None else ("adult" if band == "senior" else band,)
    if wish == "page":
        if "plain text" in get("context.accessibility"):
            return ("plain",)
        return ("phone",) if get("context.device") == "phone" else None
    wanted = get(f"preferences.{wish}")
    if wish == "language":
        if wanted is None:
            return (language,)
        if wanted.target == "mix":
            return tuple(get("context.languages"))
    return None if wanted is None else (wanted.target,)


def wanted_values(
    scenario: Scenario, get: Callable[[str], Any], language: str
) -> dict[str, tuple[Any, ...]]:
    """The right values by argument; the prompt's own come first. Raises without a call."""
    call = call_of(scenario)
    if call is None:
        raise ValueError(f"scenario {scenario.id!r} has no call")
    order = sorted(call.arguments, key=lambda code: code != language)
    fixed = {
        name: tuple(call.arguments[c][name] for c in order) for name in call.arguments[order[0]]
    }
    asked = {name: accepted(wish, get, language) for name, wish in call.asks.items()}
    return {**fixed, **{name: values for name, values in asked.items() if values is not None}}


@dataclass(frozen=True, slots=True)
class Rating:
    """How good a call is: of a listed tool and by its schema, of the right one, and by argument."""

    valid: bool
    right_tool: bool
    arguments: dict[str, bool]

    @property
    def right(self) -> bool:
        """Whether nothing is wrong."""
        return self.valid and self.right_tool and all(self.arguments.values())


def rate(written: Written, scenario: Scenario, get: Callable[[str], Any], language: str) -> Rating:
    """Holds a call against the one that this user's request asks for."""
    tool = next((tool for tool in tools_of(scenario) if tool.name == written.tool), None)
    call = call_of(scenario)
    right_tool = call is not None and written.tool == call.tool
    if tool is None or not fits(tool, written.arguments) or not right_tool:
        return Rating(tool is not None and fits(tool, written.arguments), right_tool, {})
    given = written.arguments
    right = {
        name: name in given and any(same_value(given[name], value) for value in values)
        for name, values in wanted_values(scenario, get, language).items()
    }
    return Rating(True, True, right)


def signature(tool: Tool) -> str:
    """A tool as a prompt lists it: ``find(topic, year: integer, age?: child|teen|adult)``."""
    needed = tool.parameters.get("required", ())
    parts = [
        f"{name}{'' if name in needed else '?'}{_kind(schema)}"
        for name, schema in tool.parameters["properties"].items()
    ]
    return f"{tool.name}({', '.join(parts)})"


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return f": {'|'.join(schema['enum'])}"
    return "" if schema["type"] == "string" else f": {schema['type']}"
