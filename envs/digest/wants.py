"""What a member may see of a week, and what a digest has to tell them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from persona_env.rewards.exchange import TermView

from .people import interests_of, most_points, role_of
from .reading import Reading, Told
from .scenario import DigestScenario
from .week import Item, Member, Topic


@dataclass(frozen=True, slots=True)
class Wants:
    """The member for whom a digest is, and the places of the items it has to tell.

    ``most`` is how many points fit the length that is wanted; ``None``: any number.
    """

    week: DigestScenario
    member: Member | None
    items: tuple[int, ...]
    most: int | None

    @property
    def due(self) -> int:
        """How many items a whole digest tells."""
        return len(self.items) if self.most is None else min(len(self.items), self.most)

    @property
    def circles(self) -> frozenset[str]:
        """The private circles that the member reads."""
        return frozenset(self.member.circles if self.member else ())


def wants(view: TermView) -> Wants | None:
    """What this user wants of this week; ``None`` where the scenario is no week."""
    week = view.scenario
    if not isinstance(week, DigestScenario):
        return None
    member = week.member(role_of(view.field))
    items = items_for(week, member, interests_of(view.field))
    return Wants(week, member, items, most_points(view.field))


def wants_for_all(view: TermView) -> Wants | None:
    """What a digest for all members may tell: everything that is public."""
    week = view.scenario
    if not isinstance(week, DigestScenario):
        return None
    places = tuple(p for p, item in enumerate(week.items) if not item.circle)
    return Wants(week, None, places, most_points(view.field))


def items_for(
    week: DigestScenario, member: Member | None, interests: Iterable[Topic]
) -> tuple[int, ...]:
    """The items on these topics, and those that the member owns, of what the member may see."""
    return tuple(
        place
        for place, item in enumerate(week.items)
        if _may_see(member, item) and (item.topic in interests or _owns(member, item))
    )


def _may_see(member: Member | None, item: Item) -> bool:
    return not item.circle or (member is not None and item.circle in member.circles)


def _owns(member: Member | None, item: Item) -> bool:
    return member is not None and item.owner == member.name


def value_of(told: Told, item: Item, member: Member | None) -> float:
    """How much of an item a point tells: its matter, owner and day count alike.

    'You' is the owner in a digest for the owner.
    """
    owner = told.owner or (told.names_you and _owns(member, item))
    parts = [1.0]
    parts += [float(owner)] if item.owner is not None else []
    parts += [float(told.day)] if item.day is not None else []
    return sum(parts) / len(parts)


@dataclass(frozen=True, slots=True)
class Content:
    """The value of each item that is told, by its place, the points that tell one, and the number
    of the other ones."""

    values: dict[int, float]
    good: tuple[int, ...]
    others: int

    @property
    def chosen(self) -> float:
        """The share of points that tell something that is wanted, for the first time."""
        total = len(self.good) + self.others
        return len(self.good) / total if total else 0.0


def content_of(wanted: Wants, reading: Reading) -> Content:
    """What a digest tells of what is wanted.

    A point counts if it tells an item that is wanted and that no point before it has told.
    """
    values: dict[int, float] = {}
    good, others = [], 0
    for at, read in enumerate(reading.points):
        known = [one for one in read.told if one.place in wanted.items]
        new = [one for one in known if one.place not in values]
        for one in new:
            values[one.place] = value_of(one, wanted.week.items[one.place], wanted.member)
        if new:
            good.append(at)
        else:
            others += 1
    return Content(values, tuple(good), others)
