"""Reference digests: what is wanted, in the language, layout and order of the reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from persona_env.detectors import word_count

from .order import sorted_items
from .people import WORDS, Order, interests_of, most_points, order_of, role_of
from .points import without_citations
from .scenario import DigestScenario
from .sentences import cited, date_words, sentence
from .wants import items_for
from .week import Item
from .welfare import Welfare, best_choice
from .words import said

ValueOf = Callable[[str], Any]


def oracle(week: DigestScenario, value_of: ValueOf, code: str) -> str:
    """The digest of a week for the member with these fields of a profile, in language ``code``."""
    member = week.member(role_of(value_of))
    places = items_for(week, member, interests_of(value_of))
    return _write(week, places[: most_points(value_of)], value_of, code)


def oracle_for_all(week: DigestScenario, value_of: ValueOf, code: str, welfare: Welfare) -> str:
    """The digest for all members, in the form that the asking user wants."""
    chosen = best_choice(week, welfare, most_points(value_of, for_all=True))
    return _write(week, chosen, value_of, code)


def _write(week: DigestScenario, places: Sequence[int], value_of: ValueOf, code: str) -> str:
    if not places:
        return str(said(code)["nothing"])
    order, format_ = order_of(value_of), value_of("preferences.format")
    items = [week.items[place] for place in sorted_items(week, places, order)]
    length = value_of("preferences.length")
    low = 0 if length is None else WORDS[length.target][0]
    in_list = format_ is None or format_.target != "prose"
    for authors in (False, True):
        points = [(item.owner, _point(week, item, code, authors=authors)) for item in items]
        text = _listed(points, code, order) if in_list else _run(points, code)
        if word_count(without_citations(text)) >= low:
            break
    return text


def _run(points: Sequence[tuple[str | None, str]], code: str) -> str:
    """Points as running text."""
    return str(said(code)["space"]).join(text for _, text in points)


def _listed(points: Sequence[tuple[str | None, str]], code: str, order: Order | None) -> str:
    """Points as a list; by person, under the names of those who own something."""
    by_person = order is Order.PERSON
    lines = []
    for owner, group in groupby(points, key=lambda one: one[0] if by_person else None):
        lines += [said(code)["heading"].format(owner=owner)] if owner else []
        lines += [f"- {text}" for _, text in group]
    return "\n".join(lines)


def _point(week: DigestScenario, item: Item, code: str, *, authors: bool) -> str:
    text = sentence(item, week.monday, code)
    if authors:
        message = week.messages[item.cites[0] - 1]
        day = date_words(message.day, week.monday, code)
        text = said(code)["by_author"].format(text=text, author=message.author, date=day)
    return cited(text, item, code)
