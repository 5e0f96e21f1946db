"""In which order the points of a digest stand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from .people import Order
from .reading import Read
from .scenario import DigestScenario
from .week import Item


def in_order(week: DigestScenario, points: Sequence[Read], order: Order) -> float:
    """How far points stand in an order: the share of neighbours that do, or of persons whose
    points stand together, in [0, 1]; 1 for a single one.

    By person, a point that names no owner belongs to nobody and may stand anywhere.
    """
    told = [read for read in points if read.told]
    if order is Order.PERSON:
        owners = (week.items[read.told[0].place].owner for read in told)
        return _together([owner for owner in owners if owner])
    if order is Order.DUE:
        keys = [min(due(week.items[one.place]) for one in read.told) for read in told]
    else:
        keys = [min(read.point.cites) for read in told]
    pairs = list(pairwise(keys))
    return sum(a <= b for a, b in pairs) / len(pairs) if pairs else 1.0


def _together(owners: Sequence[str]) -> float:
    runs = [owner for owner, _ in groupby(owners)]
    if not runs:
        return 1.0
    return sum(runs.count(owner) == 1 for owner in {*runs}) / len({*runs})


def due(item: Item) -> float:
    """The day of an item; those without one come last."""
    return float("inf") if item.day is None else item.day


def sorted_items(week: DigestScenario, places: Sequence[int], order: Order | None) -> list[int]:
    """Places of items in an order; those of a person by the person's first item."""
    by_message = sorted(places, key=lambda place: week.items[place].cites[0])
    if order is Order.DUE:
        return sorted(by_message, key=lambda place: due(week.items[place]))
    if order is Order.PERSON:
        owners = [week.items[place].owner for place in by_message]
        first = {owner: owners.index(owner) for owner in owners}
        last = len(owners)
        return sorted(
            by_message,
            key=lambda p: first[week.items[p].owner] if week.items[p].owner else last,
        )
    return by_message
