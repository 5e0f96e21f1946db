"""How well one digest serves all members: the mean, the minimum, or the Nash welfare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from functools import lru_cache
from math import prod
from typing import Literal

from .scenario import DigestScenario
from .wants import items_for

Welfare = Literal["mean", "min", "nash"]
KEPT = 512


def mean_of(values: Sequence[float]) -> float:
    """The utilitarian welfare.

    >>> mean_of([1.0, 0.5])
    0.75
    """
    return sum(values) / len(values)


def least_of(values: Sequence[float]) -> float:
    """The egalitarian welfare: the worst member's utility.

    >>> least_of([1.0, 0.5])
    0.5
    """
    return min(values)


def nash_of(values: Sequence[float]) -> float:
    """The Nash welfare as a geometric mean (Nash, 1950; Kaneko and Nakamura, 1979).

    >>> nash_of([1.0, 0.25])
    0.5
    """
    return float(prod(values) ** (1 / len(values)))


WELFARES: Mapping[Welfare, Callable[[Sequence[float]], float]] = {
    "mean": mean_of, "min": least_of, "nash": nash_of,
}  # fmt: skip


def utilities(week: DigestScenario, values: Mapping[int, float]) -> dict[str, float]:
    """How much each member gets of the public items that they want, in [0, 1].

    ``values`` has what is told of each item, by its place. A member who wants nothing of the week
    is left out.
    """
    wanted = wanted_by(week)
    return {
        name: sum(values.get(place, 0.0) for place in places) / len(places)
        for name, places in wanted.items()
    }


@lru_cache(maxsize=KEPT)
def wanted_by(week: DigestScenario) -> Mapping[str, tuple[int, ...]]:
    """The public items that each member wants, by their interests in the week and their tasks."""
    found = {}
    for member in week.members:
        places = items_for(week, member, member.interests)
        public = tuple(p for p in places if not week.items[p].circle)
        if public:
            found[member.name] = public
    return found


@lru_cache(maxsize=KEPT)
def best_choice(week: DigestScenario, welfare: Welfare, most: int | None) -> tuple[int, ...]:
    """Up to ``most`` public items that serve the members best.

    Items are added one by one, and then exchanged one for another as long as that helps; where two
    choices have the same welfare, the higher mean decides.
    """
    public = [p for p, item in enumerate(week.items) if not item.circle and not item.minor]
    if most is None or most >= len(public):
        return tuple(public)
    chosen: set[int] = set()
    for _ in range(most):
        left = [place for place in public if place not in chosen]
        chosen.add(max(left, key=lambda p: _rank(week, welfare, chosen | {p})))
    while (better := _exchanged(week, welfare, chosen, public)) is not None:
        chosen = better
    return tuple(sorted(chosen))


def _exchanged(
    week: DigestScenario, welfare: Welfare, chosen: set[int], public: Sequence[int]
) -> set[int] | None:
    now = _rank(week, welfare, chosen)
    for gone in sorted(chosen):
        for come in public:
            if come not in chosen:
                other = chosen - {gone} | {come}
                if _rank(week, welfare, other) > now:
                    return other
    return None


def _rank(week: DigestScenario, welfare: Welfare, chosen: Set[int]) -> tuple[float, int, float]:
    """What is compared: welfare, how many members get anything, and the mean."""
    values = [*utilities(week, dict.fromkeys(chosen, 1.0)).values()]
    served = sum(value > 0 for value in values)
    return WELFARES[welfare](values), served, mean_of(values)


def share_of(reached: Sequence[float], best: Sequence[float], welfare: Welfare) -> float:
    """The welfare of some utilities as a share of that of others, which are the best.

    Where even the best leave a member with nothing, their minimum and their product are 0: then the
    means are compared.

    >>> share_of([0.5, 0.5], [1.0, 0.5], "min"), share_of([0.5, 0.0], [1.0, 0.0], "min")
    (1.0, 0.5)
    """
    of = WELFARES[welfare]
    most = of(best)
    return of(reached) / most if most else mean_of(reached) / mean_of(best)
