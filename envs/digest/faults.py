"""What a point says and the messages that it cites do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from persona_env.text.dictionary import is_known
from persona_env.text.spans import Span

from .days import Named
from .facts import Facts, first_names, in_year, numbers_in
from .points import Point
from .week import Item
from .words import LATIN_WORD, folded, has, read_words

_CLAUSE = re.compile(r"[;,:.!?()—–；，：。！？（）、]")


class Fault(NamedTuple):
    """Something that the cited messages do not say."""

    span: Span
    note: str


class Said(NamedTuple):
    """A point as its faults are looked for: ``plain`` is its ``text`` as :func:`folded` gives it,
    ``days`` and ``names`` what it names, ``known`` the messages that it cites and ``items`` those
    that it tells."""

    facts: Facts
    point: Point
    text: str
    plain: str
    days: tuple[Named, ...]
    names: dict[str, int]
    known: tuple[int, ...]
    items: tuple[Item, ...] = ()


def faults_of(said: Said) -> tuple[Fault, ...]:
    """All that is wrong with a point; of one that cites no message of the week that alone."""
    missing = [number for number in said.point.cites if number not in said.known]
    notes = [f"there is no message #{number}" for number in missing]
    if said.known:
        notes += [*_beside(said), *_wrong_days(said), *_wrong_names(said)]
        notes += [*_wrong_numbers(said), *_wrong_choices(said)]
    return tuple(Fault(said.point.span, note) for note in notes)


def _beside(said: Said) -> Iterator[str]:
    """Citations of threads of which the point says nothing."""
    if said.items:
        threads = {number for item in said.items for number in item.thread}
        yield from (f"#{n} does not say it" for n in said.known if n not in threads)


def _wrong_days(said: Said) -> Iterator[str]:
    known = frozenset[int]().union(*(said.facts.days(number) for number in said.known))
    due = {item.day for item in said.items if item.day is not None}
    if any(not one.days & (known | due) for one in said.days):
        yield "a date that nobody said"
    elif due and said.days and not any(one.days & due for one in said.days):
        yield "another date"
    elif due and any(
        _is_choice(said.text, one, other) and not (one.days & due and other.days & due)
        for one, other in pairwise(said.days)
    ):
        yield "two dates"


def _is_choice(text: str, one: Named, other: Named) -> bool:
    """Whether nothing but 'or', 'and' or a slash stands between two days."""
    between = folded(text[one.span[1] : other.span[0]]).strip(" ,")
    return between == "/" or between in map(folded, read_words("joins"))


def _wrong_names(said: Said) -> Iterator[str]:
    known = frozenset[str]().union(*(said.facts.names(number) for number in said.known))
    yield from (f"{name} has no part in it" for name in said.names if name not in known)
    yield from (f"nobody is called {word}" for word in _unknown_names(said))


def _unknown_names(said: Said) -> Iterator[str]:
    """Words that are names of people, or that look like one, and stand nowhere in the week."""
    for at, match in enumerate(LATIN_WORD.finditer(said.text)):
        word, plain = match[0], folded(match[0])
        if not word[0].isupper() or plain in said.facts.words:
            continue
        if plain in first_names() or (at and not word.isupper() and not is_known(plain)):
            yield word


def _wrong_numbers(said: Said) -> Iterator[str]:
    known = frozenset[int]().union(*(said.facts.numbers(number) for number in said.known))
    for value, (start, end) in numbers_in(said.text):
        in_date = any(a <= start and end <= b for a, b in (one.span for one in said.days))
        if not in_date and value not in known and not in_year(value, said.facts.week.monday):
            yield f"{value}, which nobody said"


def _wrong_choices(said: Said) -> Iterator[str]:
    """A choice that was not taken, or the opposite of what was settled."""
    for item in said.items:
        if item.wrong and has(said.plain, item.wrong):
            yield "what was not chosen"
        elif not (item.old_days or item.old_owners or item.wrong) and _turned(item, said.plain):
            yield "the opposite"


def _turned(item: Item, plain: str) -> bool:
    """Whether a clause on the matter negates what the item's own sentences do not negate."""
    words = read_words("negates")
    if has(folded(" ".join(item.says.values())), words):
        return False
    phrases = [p for groups in item.about.values() for group in groups for p in group]
    return any(has(one, words) and has(one, phrases) for one in _CLAUSE.split(plain))
