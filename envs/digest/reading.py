"""A digest read against the week: which points tell which items, and what nobody said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from persona_env.text.spans import Span

from .days import Named, named_days
from .facts import Facts, facts_of
from .faults import Fault, Said, faults_of
from .points import Loose, Parts, Point, parts_of
from .scenario import DigestScenario
from .week import Item
from .words import folded, has, read_words

KEPT = 1024  # readings of digests
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]+(?![^\W_])")
SHORTEST = 6  # letters of a word that is shared with a thread


class Told(NamedTuple):
    """An item that a point tells: whether it names the owner, the day; ``names_you`` for a point
    that says 'you' and no owner."""

    place: int
    owner: bool
    day: bool
    names_you: bool


class Read(NamedTuple):
    """A point, the items it tells, and what nobody said in it."""

    point: Point
    told: tuple[Told, ...]
    faults: tuple[Fault, ...]


class Reading(NamedTuple):
    """A digest as it is read, whoever it is for; ``strange`` are sentences beside the matter."""

    points: tuple[Read, ...]
    strange: tuple[Span, ...]
    parts: Parts

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All that nobody said."""
        return tuple(fault for point in self.points for fault in point.faults)


@lru_cache(maxsize=KEPT)
def read_digest(week: DigestScenario, reply: str) -> Reading:
    """What a digest says of a week."""
    facts, parts = facts_of(week), parts_of(reply)
    points = tuple(_read(facts, point) for point in parts.points)
    strange = [one.span for one in _strange(facts, parts)]
    strange += [span for span in parts.headings if not _heads(facts, reply[slice(*span)])]
    return Reading(points, tuple(sorted(strange)), parts)


def _read(facts: Facts, point: Point) -> Read:
    plain = folded(point.text)
    days = named_days(point.text, facts.week.monday)
    here = facts.members_in(plain)
    names = here or facts.members_in(folded(point.heading))
    known = tuple(number for number in point.cites if facts.message(number))
    items = [place for n in known for place in facts.items_at.get(n, ())]
    told = [_told(facts, place, plain, days, names) for place in dict.fromkeys(items)]
    kept = tuple(one for one in told if one is not None)
    told_items = tuple(facts.week.items[one.place] for one in kept)
    faults = faults_of(Said(facts, point, plain, days, here, known, told_items))
    return Read(point, kept, faults)


def _told(
    facts: Facts, place: int, plain: str, days: tuple[Named, ...], names: dict[str, int]
) -> Told | None:
    """How far a point tells an item; ``None`` if it does not name the matter."""
    item = facts.week.items[place]
    if not names_matter(item, plain):
        return None
    owner = item.owner is None or item.owner in names
    you = not owner and has(plain, read_words("you"))
    day = item.day is None or any(item.day in one.days for one in days)
    return Told(place, owner, day, you)


def names_matter(item: Item, plain: str) -> bool:
    """Whether a text, as :func:`folded` gives it, has a phrasing of every part of the matter."""
    return any(all(has(plain, phrases) for phrases in groups) for groups in item.about.values())


def _strange(facts: Facts, parts: Parts) -> Iterator[Loose]:
    """Sentences without a citation that are on nothing that is cited beside them."""
    last = len(parts.loose) - 1
    for place, one in enumerate(parts.loose):
        plain = folded(one.text)
        frames = place in (0, last) and has(plain, (*read_words("frames"), *read_words("nothing")))
        if frames or (one.at >= 0 and _is_about(facts, parts.points[one.at], plain)):
            continue
        yield one


def _is_about(facts: Facts, point: Point, plain: str) -> bool:
    """Whether a sentence shares a phrasing or a longer word with what the point cites."""
    known = [number for number in point.cites if facts.message(number)]
    items = [facts.week.items[p] for n in known for p in facts.items_at.get(n, ())]
    phrases = [p for item in items for groups in item.about.values() for g in groups for p in g]
    if has(plain, phrases):
        return True
    said = folded(" ".join(m.text for n in known for m in facts.thread(n)))
    words = {word for word in _WORD.findall(plain) if len(word) >= SHORTEST}
    return any(word in words for word in _WORD.findall(said))


def _heads(facts: Facts, line: str) -> bool:
    """Whether a line is a heading: it names a member, a day, or what headings name."""
    plain = folded(line)
    if facts.members_in(plain) or named_days(line, facts.week.monday):
        return True
    return has(plain, (*read_words("heads"), *read_words("frames"), *read_words("nothing")))
