"""How generated documents look: reports, threads, leaflets, minutes, letters, notices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .plan import Piece, Plan
from .wishes import TOPICS

Layout = Callable[[Plan, np.random.Generator], Plan]
VISITS = 720  # notes of visits in a long document: 10,000 words and more in each language
PEOPLE, THINGS, FILLERS = 10, 16, 6
FILLED = 0.4  # of the places where a sentence may stand that states nothing


def sections(plan: Plan, rng: np.random.Generator) -> Plan:
    """A report: a heading for each topic, and its statements below."""
    return _by_topic(plan, rng, "head")


def items(plan: Plan, rng: np.random.Generator) -> Plan:
    """Minutes: numbered items."""
    return _by_topic(plan, rng, "item")


def long_sections(plan: Plan, rng: np.random.Generator) -> Plan:
    """A report with the notes of a year's visits between its sections."""
    return _by_topic(plan, rng, "head", VISITS)


def long_items(plan: Plan, rng: np.random.Generator) -> Plan:
    """Minutes with the notes of a year's visits between their items."""
    return _by_topic(plan, rng, "item", VISITS)


def posts(plan: Plan, rng: np.random.Generator) -> Plan:
    """A thread: everybody says one thing or two."""
    return _by_person(plan, rng, "name")


def letters(plan: Plan, rng: np.random.Generator) -> Plan:
    """What people wrote about it, one after the other."""
    return _by_person(plan, rng, "wrote")


def leaflet(plan: Plan, rng: np.random.Generator) -> Plan:
    """A leaflet: a list."""
    pieces = [Piece("line")]
    for place in _shuffled(plan, rng):
        pieces += [Piece("dash"), Piece("fact", place)]
    return _whole(plan, pieces, rng)


def paragraphs(plan: Plan, rng: np.random.Generator) -> Plan:
    """A notice: running text."""
    pieces = [Piece("line")]
    for count, place in enumerate(_shuffled(plan, rng)):
        pieces += [Piece("line")] * (2 * (count % 4 == 0))
        pieces.append(Piece("fact", place))
    return _whole(plan, _with_fillers(pieces, rng), rng)


def _shuffled(plan: Plan, rng: np.random.Generator) -> list[int]:
    return [int(i) for i in rng.permutation(len(plan.facts))]


def _by_topic(plan: Plan, rng: np.random.Generator, head: str, visits: int = 0) -> Plan:
    pieces: list[Piece] = []
    order = [TOPICS[i] for i in rng.permutation(len(TOPICS))]
    for number, topic in enumerate(order, 1):
        pieces.append(Piece(head, topic, (number,)))
        for place in _shuffled(plan, rng):
            if plan.facts[place].topic == topic:
                pieces.append(Piece("fact", place))
        pieces += _visits(rng, visits // len(TOPICS))
    return _whole(plan, _with_fillers(pieces, rng), rng)


def _by_person(plan: Plan, rng: np.random.Generator, how: str) -> Plan:
    pieces: list[Piece] = []
    speaker = -1
    for place in _shuffled(plan, rng):
        who = int(rng.integers(PEOPLE))
        if who != speaker:
            pieces.append(Piece(how, who))
            speaker = who
        pieces.append(Piece("fact", place))
    return _whole(plan, _with_fillers(pieces, rng), rng)


def _with_fillers(pieces: list[Piece], rng: np.random.Generator) -> list[Piece]:
    """The pieces, with a sentence that states nothing before some statements, none twice."""
    left = [Piece("fill", int(i)) for i in rng.permutation(FILLERS)]
    found: list[Piece] = []
    for piece in pieces:
        if piece.what == "fact" and left and rng.random() < FILLED:
            found.append(left.pop())
        found.append(piece)
    return found


def _visits(rng: np.random.Generator, count: int) -> list[Piece]:
    if not count:
        return []
    draws = rng.integers([1, 1, 0, 0, 0], [13, 29, PEOPLE, THINGS, THINGS], (count, 5))
    return [Piece("notes"), *(Piece("log", 0, tuple(map(int, row))) for row in draws)]


def _whole(plan: Plan, pieces: list[Piece], rng: np.random.Generator) -> Plan:
    """The plan with these pieces, and sources that speak in an order of their own."""
    orders = [tuple(_shuffled(plan, rng)) for _ in plan.sources]
    return plan.with_pieces(pieces, orders)
