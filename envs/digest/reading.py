"""A digest read against the week: which points tell which items, and what nobody said."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from persona_env.detectors import denied
from persona_env.text.spans import Span, inside, sentence_spans, word_count

from .days import Named, named_days
from .facts import Facts, facts_of, numbers_in
from .faults import Fault, Said, faults_of
from .owners import given_away
from .points import Loose, Parts, Point, parts_of
from .scenario import DigestScenario
from .week import Item
from .words import LATIN_WORD, folded, has, pattern_of, read_words

KEPT = 1024  # readings of digests
GREETING = 7  # words of a line that greets
CONTENT = 4  # letters of a word of the week that no greeting has
SHORTEST = 6  # letters of a word that is shared with a thread


class Told(NamedTuple):
    """An item that a point tells: whether it names the owner and the day, says 'you', and names
    other members; ``away`` is whether it gives it to another one although it names the owner."""

    place: int
    owner: bool
    day: bool
    you: bool
    others: bool
    away: bool = False


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
    taken_back = denied(reply)
    points = tuple(_read(facts, point, taken_back) for point in parts.points)
    polite = _polite(facts, reply)
    strange = [one.span for one in _strange(facts, parts)]
    strange += [span for span in parts.headings if not _heads(facts, reply[slice(*span)])]
    strange = [one for one in strange if not inside(one, polite)]
    return Reading(points, tuple(sorted(strange)), parts)


def _read(facts: Facts, point: Point, taken_back: tuple[Span, ...]) -> Read:
    if any(start < point.cited[0] < end for start, end in taken_back):
        return Read(point, (), (Fault(point.span, "taken back"),))
    said = _said(facts, point)
    names = said.names or _named_before(facts, point)
    days = said.days or named_days(point.lead, facts.week.monday)
    places = dict.fromkeys(place for n in said.known for place in facts.items_at.get(n, ()))
    told = [
        _told(said, place, days, names)
        for place in places
        if names_matter(facts.week.items[place], said.plain)
    ]
    items = tuple(facts.week.items[one.place] for one in told)
    return Read(point, tuple(told), faults_of(said._replace(items=items)))


def _said(facts: Facts, point: Point) -> Said:
    """What a point says, with the sentences without a citation before it, unless they open a
    digest."""
    opens = has(folded(point.before), read_words("frames"))
    text = point.text if opens or not point.before else f"{point.before} {point.text}"
    plain = folded(text)
    known = tuple(number for number in point.cites if facts.message(number))
    days, names = named_days(text, facts.week.monday), facts.members_in(plain)
    return Said(facts, point, text, plain, days, names, known)


def _named_before(facts: Facts, point: Point) -> dict[str, int]:
    """Whom the sentence of a point has named, or its heading."""
    return facts.members_in(folded(point.lead)) or facts.members_in(folded(point.heading))


def _told(said: Said, place: int, days: tuple[Named, ...], names: dict[str, int]) -> Told:
    """How far a point tells an item of which it names the matter."""
    item = said.facts.week.items[place]
    owner = item.owner is None or item.owner in names
    day = item.day is None or any(item.day in one.days for one in days)
    others = bool(names.keys() - {item.owner})
    away = given_away(said.facts, item, said.plain)
    return Told(place, owner, day, has(said.plain, read_words("you")), others, away)


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


def _polite(facts: Facts, reply: str) -> tuple[Span, ...]:
    """The first and the last sentence where they are no more than a greeting."""
    spans = sentence_spans(reply)
    return tuple(one for one in {*spans[:1], *spans[-1:]} if _greets(facts, reply[slice(*one)]))


def _greets(facts: Facts, text: str) -> bool:
    """Whether a short sentence begins with a greeting, and holds no number, no member and no
    longer word of the week."""
    plain = folded(text).lstrip(" ¡*_")
    found = pattern_of(read_words("greets")).match(plain)
    if not found or word_count(text) > GREETING or numbers_in(text) or facts.members_in(plain):
        return False
    words = LATIN_WORD.findall(plain[found.end() :])
    return not any(len(word) >= CONTENT and word in facts.content_words for word in words)


def _is_about(facts: Facts, point: Point, plain: str) -> bool:
    """Whether a sentence shares a phrasing or a longer word with what the point cites."""
    known = [number for number in point.cites if facts.message(number)]
    items = [facts.week.items[p] for n in known for p in facts.items_at.get(n, ())]
    phrases = [p for item in items for groups in item.about.values() for g in groups for p in g]
    if has(plain, phrases):
        return True
    said = folded(" ".join(m.text for n in known for m in facts.thread(n)))
    words = {word for word in LATIN_WORD.findall(plain) if len(word) >= SHORTEST}
    return any(word in words for word in LATIN_WORD.findall(said))


def _heads(facts: Facts, line: str) -> bool:
    """Whether a line is a heading: it names a member, a day, or what headings name."""
    plain = folded(line)
    if facts.members_in(plain) or named_days(line, facts.week.monday):
        return True
    return has(plain, (*read_words("heads"), *read_words("frames"), *read_words("nothing")))
