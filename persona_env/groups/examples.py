"""Replies that show a difference between two groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from persona_env.groups.cells import number
from persona_env.groups.measured import Measured

Row = Mapping[str, Any]


def furthest_apart(replies: Sequence[Row], one: Measured) -> dict[str, Any]:
    """The replies to one template in which the two groups of a gap differ by most."""
    ends = (one.gap.highest, one.gap.lowest)
    of: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in replies:
        known = row["read"] and row["read"].get(one.measure) is not None
        if known and row["category"] == one.category and row["group"] in ends:
            key = (row["template"], row["language"], row["user"])
            of.setdefault(key, {}).setdefault(row["group"], row)
    both = [rows for rows in of.values() if len(rows) == len({*ends})]
    found = max(both, key=lambda rows: _apart(rows, one), default={})
    sides = [_side(found[group], one.measure) for group in ends if group in found]
    return {"title": f"{one.measure} by {one.category}", "sides": sides}


def _apart(rows: Mapping[str, Row], one: Measured) -> float:
    high, low = (
        float(rows[group]["read"][one.measure]) for group in (one.gap.highest, one.gap.lowest)
    )
    return high - low


def _side(row: Row, measure: str) -> dict[str, str]:
    said = f"{measure} {number(float(row['read'][measure]))}"
    return {"group": row["group"], "prompt": row["prompt"], "reply": row["reply"], "said": said}
