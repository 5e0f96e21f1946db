"""The functions that a program may call beside its own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from .errors import Failed, Refused
from .meter import Meter
from .operators import binary
from .ordering import KEYWORDS as SORTED
from .ordering import Call, extreme, sort


class Builtin:
    """A function of :data:`FUNCTIONS` as a value: ``key=len``."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


KEYWORDS: Mapping[str, frozenset[str]] = {
    "sorted": SORTED,
    "min": frozenset(("key", "default")),
    "max": frozenset(("key", "default")),
    "sum": frozenset(("start",)),
    "enumerate": frozenset(("start",)),
}
_DIGITS = 1000  # of a text that becomes a number
_PLACES = 100  # of a number that is rounded


def call_builtin(
    meter: Meter, name: str, args: list[Any], named: dict[str, Any], call: Call
) -> Any:
    """``name(*args, **named)``."""
    if extra := set(named) - KEYWORDS.get(name, frozenset()):
        raise Refused(f"{name!r} takes no {sorted(extra)} in the subset")
    own = _OWN.get(name)
    if own is not None:
        return own(meter, args, named, call)
    _check_plain(meter, name, args)
    return meter.checked(_PLAIN[name](*args))


def _check_plain(meter: Meter, name: str, args: list[Any]) -> None:
    for one in args:
        meter.weigh(one) if name in ("len", "bool") else meter.written(one)
    if name in ("int", "float") and any(isinstance(a, str) and len(a) > _DIGITS for a in args):
        raise Failed("too many digits")
    if name == "round" and len(args) > 1 and not -_PLACES <= (args[1] or 0) <= _PLACES:
        raise Failed("too many places")
    if name == "pow":
        raise Refused("pow is not in the subset: use **")


def _sum(meter: Meter, args: list[Any], named: dict[str, Any], call: Call) -> Any:
    start = args[1] if len(args) > 1 else named.get("start", 0)
    if isinstance(start, str):
        raise Failed("sum does not join texts")
    for item in meter.each(args[0]):
        start = binary(meter, ast.Add, start, item)
    return start


def _zip(meter: Meter, args: list[Any], named: dict[str, Any], call: Call) -> list[Any]:
    return list(zip(*(meter.listed(one) for one in args), strict=False))


def _enumerate(meter: Meter, args: list[Any], named: dict[str, Any], call: Call) -> list[Any]:
    start = args[1] if len(args) > 1 else named.get("start", 0)
    return list(enumerate(meter.listed(args[0]), start))


def _map(meter: Meter, args: list[Any], named: dict[str, Any], call: Call) -> list[Any]:
    rows = zip(*(meter.listed(one) for one in args[1:]), strict=False)
    return [call(args[0], list(row)) for row in rows]


def _filter(meter: Meter, args: list[Any], named: dict[str, Any], call: Call) -> list[Any]:
    keep, items = args
    return [i for i in meter.listed(items) if (i if keep is None else call(keep, [i]))]


def _all(meter: Meter, args: list[Any], named: dict[str, Any], call: Call) -> bool:
    (items,) = args
    return all(meter.each(items))


def _any(meter: Meter, args: list[Any], named: dict[str, Any], call: Call) -> bool:
    (items,) = args
    return any(meter.each(items))


def _sorted(meter: Meter, args: list[Any], named: dict[str, Any], call: Call) -> list[Any]:
    (items,) = args
    return sort(meter, items, named, call)


def _container(make: Callable[[list[Any]], Any], keyed: bool = False) -> Callable[..., Any]:
    def build(meter: Meter, args: list[Any], named: dict[str, Any], call: Call) -> Any:
        items = meter.listed(*args) if args else []
        if keyed:
            items = [meter.key(item) for item in items]
        return make(items)

    return build


def _dict(meter: Meter, args: list[Any], named: dict[str, Any], call: Call) -> dict[Any, Any]:
    if args and isinstance(args[0], dict):
        meter.room(len(args[0]))
        return dict(args[0])
    pairs = [meter.listed(pair) for pair in meter.listed(*args)] if args else []
    return {meter.key(key): value for key, value in pairs}


def _reversed(meter: Meter, args: list[Any], named: dict[str, Any], call: Call) -> list[Any]:
    (items,) = args
    return meter.listed(items)[::-1]


_OWN: dict[str, Callable[..., Any]] = {
    "all": _all, "any": _any, "dict": _dict, "enumerate": _enumerate, "filter": _filter,
    "list": _container(list), "map": _map, "max": extreme("max"), "min": extreme("min"),
    "reversed": _reversed, "set": _container(set, keyed=True), "sorted": _sorted, "sum": _sum,
    "tuple": _container(tuple), "zip": _zip,
}  # fmt: skip
_PLAIN: dict[str, Callable[..., Any]] = {
    "abs": abs, "bool": bool, "chr": chr, "divmod": divmod, "float": float, "int": int,
    "len": len, "ord": ord, "pow": pow, "range": range, "round": round, "str": str,
}  # fmt: skip
FUNCTIONS = frozenset((*_OWN, *_PLAIN))
