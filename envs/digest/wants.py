"""What a member may see of a week, and what a digest has to tell them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from persona_env.rewards.exchange import TermView

from .faults import Fault
from .people import interests_of, most_points, role_of
from .reading import Reading, Told
from .scenario import DigestScenario
from .week import Item, Member, Topic


@dataclass(frozen=True, slots=True)
class Wants:
    """The member for whom a digest is, and the places of the items it has to tell.

    ``most`` is how many points fit the length that is wanted; ``None``: any number. ``may`` are the
    places of items that may be told, and need not.
    """

    week: DigestScenario
    member: Member | None
    items: tuple[int, ...]
    most: int | None
    may: frozenset[int] = frozenset()

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
    may = frozenset(p for p, item in enumerate(week.items) if _may_be_told(member, item))
    return Wants(week, member, items, most_points(view.field), may)


def wants_for_all(view: TermView) -> Wants | None:
    """What a digest for all members may tell: everything that is public."""
    week = view.scenario
    if not isinstance(week, DigestScenario):
        return None
    places = tuple(p for p, item in enumerate(week.items) if not item.circle and not item.minor)
    may = frozenset(p for p, item in enumerate(week.items) if not item.circle and item.minor)
    return Wants(week, None, places, most_points(view.field, for_all=True), may)


def items_for(
    week: DigestScenario, member: Member | None, interests: Iterable[Topic]
) -> tuple[int, ...]:
    """The items on these topics, and those that the member owns, of what the member may see; no
    minor ones."""
    return tuple(
        place
        for place, item in enumerate(week.items)
        if not item.minor
        and _may_see(member, item)
        and (item.topic in interests or _owns(member, item))
    )


def _may_be_told(member: Member | None, item: Item) -> bool:
    """Whether a digest may tell an item beside what is wanted: a minor one, and one in which the
    member takes part."""
    takes_part = item.all_take_part or (member is not None and member.name in item.takes_part)
    return _may_see(member, item) and (item.minor or takes_part)


def _may_see(member: Member | None, item: Item) -> bool:
    return not item.circle or (member is not None and item.circle in member.circles)


def _owns(member: Member | None, item: Item) -> bool:
    return member is not None and item.owner == member.name


def value_of(told: Told, item: Item, member: Member | None) -> float:
    """How much of an item a point tells: its matter, owner and day count alike.

    In a digest for the owner, 'you' or nobody stands for the owner.
    """
    for_owner = _owns(member, item) and (told.you or not told.others)
    parts = [1.0]
    parts += [float(told.owner or for_owner)] if item.owner is not None else []
    parts += [float(told.day)] if item.day is not None else []
    return sum(parts) / len(parts)


def misowned(told: Told, item: Item, member: Member | None) -> bool:
    """Whether a point gives an item to somebody else than its owner: another member, or 'you' in a
    digest for another one, or says that the owner does not do it."""
    if item.owner is None or told.owner:
        return told.away
    return (told.others or told.you) and not (told.you and _owns(member, item))


def faults_for(wanted: Wants, reading: Reading) -> list[Fault]:
    """All that nobody said, for this reader."""
    found = list(reading.faults)
    for read in reading.points:
        for told in read.told:
            if misowned(told, wanted.week.items[told.place], wanted.member):
                found.append(Fault(read.point.span, "another owner"))
    return found


@dataclass(frozen=True, slots=True)
class Content:
    """The value of each item that is told, by its place, the points that tell one, and the number
    of the other ones, without those that may be there."""

    values: dict[int, float]
    good: tuple[int, ...]
    others: int

    @property
    def chosen(self) -> float:
        """The share of points that tell something that is wanted, for the first time."""
        total = len(self.good) + self.others
        return len(self.good) / total if total else 0.0


def content_of(wanted: Wants, reading: Reading, fit: int | None = None) -> Content:
    """What a digest tells of what is wanted.

    A point counts if it tells an item that is wanted and that no point before it has told. Where
    only so many points ``fit``, those behind them tell nothing, and are others.
    """
    values: dict[int, float] = {}
    good, others, free = [], 0, set[int]()
    for at, read in enumerate(reading.points):
        if fit is not None and at >= fit:
            others += 1
            continue
        known = [one for one in read.told if one.place in wanted.items]
        new = [one for one in known if one.place not in values]
        for one in new:
            values[one.place] = value_of(one, wanted.week.items[one.place], wanted.member)
        if new:
            good.append(at)
        elif not any(one.place in wanted.may and one.place not in free for one in read.told):
            others += 1
        free |= {one.place for one in read.told}
    return Content(values, tuple(good), others)
