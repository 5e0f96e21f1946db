"""Values of generated statements, written in one way in a document and in another in a source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .words import own

Value = tuple[int, int]
PERCENT = (10, 20, 25, 50, 75, 90)
YEAR = 2027
KINDS: dict[str, Callable[[np.random.Generator], Value]] = {
    "money": lambda rng: (int(rng.integers(2, 96)), 0),
    "date": lambda rng: (int(rng.integers(1, 13)), int(rng.integers(1, 29))),
    "weeks": lambda rng: (int(rng.integers(2, 10)), 0),
    "share": lambda rng: (int(rng.integers(len(PERCENT))), 0),
    "groups": lambda rng: (int(rng.integers(2, 31)), 0),
    "hours": lambda rng: (int(rng.integers(2, 10)), 0),
    "metres": lambda rng: (int(rng.integers(2, 10)), 0),
    "plain": lambda rng: (int(rng.integers(2)), 0),
}
"""How a value of each kind is drawn."""


def two_values(kind: str, rng: np.random.Generator) -> tuple[Value, Value]:
    """A value, and another one, which a source may give instead."""
    first = second = KINDS[kind](rng)
    while second == first:
        second = KINDS[kind](rng)
    return first, second


def written(kind: str, value: Value, code: str, *, in_source: bool) -> str:
    """A value as a document or a source has it, in this language.

    >>> [written("weeks", (3, 0), "en", in_source=other) for other in (False, True)]
    ['3 weeks', '21 days']
    """
    if kind == "plain":
        return ""
    form: str = own(code, "values")[kind][in_source]
    return form.format_map(_parts(kind, value, code))


def _parts(kind: str, value: Value, code: str) -> Mapping[str, Any]:
    k, day = value
    if kind == "date":
        return {
            "day": day, "month": own(code, "months")[k - 1], "iso": f"{YEAR}-{k:02}-{day:02}",
        }  # fmt: skip
    if kind == "share":
        return {"part": own(code, "shares")[k], "p": PERCENT[k]}
    n = 10 * k if kind == "groups" else 1000 * k
    grouped = f"{n:,}".replace(",", own(code, "separator"))
    return {"k": k, "n": grouped, "w": f"{k / 10:g}", "d": 7 * k, "m": 60 * k}
