"""Sorting, the least and the greatest, with keys that are worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import Refused
from .meter import Meter

Call = Callable[[Any, list[Any]], Any]
"""Calls a function of the program, or one of the subset's, with arguments."""
KEYWORDS = frozenset(("key", "reverse"))


def sort(meter: Meter, items: Any, named: dict[str, Any], call: Call) -> list[Any]:
    """``sorted(items, **named)``: keys first, each once."""
    if extra := set(named) - KEYWORDS:
        raise Refused(f"sorting takes no {sorted(extra)}")
    found = meter.listed(items)
    key = named.get("key")
    keys = found if key is None else [call(key, [item]) for item in found]
    for _ in range(max(1, len(keys).bit_length())):
        meter.weigh(keys)
    order = sorted(range(len(found)), key=keys.__getitem__, reverse=bool(named.get("reverse")))
    return [found[place] for place in order]


def extreme(name: str) -> Callable[..., Any]:
    """``min`` or ``max``."""

    def chosen(meter: Meter, args: list[Any], named: dict[str, Any], call: Call) -> Any:
        items = meter.listed(args[0]) if len(args) == 1 else list(args)
        if not items and "default" in named:
            return named["default"]
        key = named.get("key")
        keys = items if key is None else [call(key, [item]) for item in items]
        meter.weigh(keys, keys)
        place = (min if name == "min" else max)(range(len(items)), key=keys.__getitem__)
        return items[place]

    return chosen
