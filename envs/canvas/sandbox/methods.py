"""The methods that a program may call, by the kind of value; there is no other attribute."""

from __future__ import annotations

from typing import Any

from .errors import Failed, Refused
from .meter import Meter


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


METHODS: dict[type, frozenset[str]] = {
    str: _names(
        "capitalize center count endswith find index isalnum isalpha isdecimal isdigit islower "
        "isspace istitle isupper join ljust lower lstrip partition removeprefix removesuffix "
        "replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip "
        "swapcase title upper zfill"
    ),
    list: _names("append clear copy count extend index insert pop remove reverse sort"),
    tuple: _names("count index"),
    dict: _names("clear copy get items keys pop setdefault update values"),
    set: _names(
        "add clear copy difference discard intersection isdisjoint issubset issuperset remove "
        "symmetric_difference union update"
    ),
}
NAMES = frozenset[str]().union(*METHODS.values())
KEYED = _names("add discard get pop remove setdefault")


def method(meter: Meter, value: Any, name: str, args: list[Any]) -> Any:
    """``value.name(*args)``; sorting is for :func:`.ordering.sort`."""
    kind = type(value)
    if name not in METHODS.get(kind, ()):
        raise Refused(f"{kind.__name__!r} has no method {name!r} in the subset")
    meter.weigh(*args)
    if kind is dict and name in ("items", "keys", "values"):
        return _entries(meter, value, name)
    args = _priced(meter, kind, value, name, args)
    found = getattr(value, name)(*args)
    return found if name in KEYED else meter.checked(found)  # what was there already


def _entries(meter: Meter, value: dict[Any, Any], name: str) -> list[Any]:
    meter.step(len(value))
    meter.room(len(value))
    if name == "items":
        return list(value.items())
    return list(value if name == "keys" else value.values())


def _priced(meter: Meter, kind: type, value: Any, name: str, args: list[Any]) -> list[Any]:
    """The arguments, with what the call may take paid for."""
    if kind is str:
        return _of_text(meter, value, name, args)
    if name in ("append", "insert", "add", "setdefault"):
        meter.room(1)
    if name in ("count", "index", "remove", "insert", "pop", "copy", "reverse"):
        meter.step(len(value))
    if kind in (list, tuple) and name in ("count", "index", "remove"):
        meter.weigh(value)
        for _ in value:
            meter.weigh(*args)
    if kind is list and name == "extend":
        return [meter.listed(args[0])] if len(args) == 1 else args
    if kind is set or (kind is dict and name in KEYED):
        return [_keys(meter, value, one, name) for one in args[:1]] + args[1:]
    if name == "update":
        meter.room(sum(len(one) for one in args if isinstance(one, dict)))
    return args


def _keys(meter: Meter, value: Any, one: Any, name: str) -> Any:
    if name in KEYED:
        return meter.key(one)
    meter.step(len(value))
    return [meter.key(item) for item in meter.listed(one)]


def _of_text(meter: Meter, value: str, name: str, args: list[Any]) -> list[Any]:
    meter.step(1 + (len(value) >> 4))
    if name == "join":
        parts = meter.listed(args[0]) if len(args) == 1 else args
        if not all(isinstance(part, str) for part in parts):
            raise Failed("join takes texts")
        meter.room(sum(map(len, parts)) + len(value) * len(parts))
        return [parts]
    if name == "replace" and len(args) >= 2 and all(isinstance(one, str) for one in args[:2]):
        meter.room(len(value) + value.count(args[0]) * len(args[1]))
    elif name in ("center", "ljust", "rjust", "zfill") and args and isinstance(args[0], int):
        meter.room(max(0, args[0]))
    return args
