"""The plan of a generated document: what it states, what sources say, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from .values import Value, written
from .words import own


class Source(NamedTuple):
    """A source: its letter, what it is by kind and number, and how often of 100 it is right."""

    letter: str
    kind: str
    number: int
    right: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement of a theme: its place there, its topic, the kind of its value, the value that the
    document states and another one, and which sources confirm or deny it."""

    place: int
    topic: str
    kind: str
    value: Value
    other: Value
    says: dict[str, bool]

    def stated(self, theme: str, code: str) -> str:
        """The sentence of the document."""
        parts = _sentences(theme, code, self.place)
        return parts[0].format(v=written(self.kind, self.value, code, in_source=False))

    def told(self, theme: str, code: str, letter: str) -> str:
        """The sentence of a source that speaks of it."""
        parts = _sentences(theme, code, self.place)
        if self.kind == "plain":
            return parts[1 if self.says[letter] else 2]
        value = self.value if self.says[letter] else self.other
        return parts[1].format(v=written(self.kind, value, code, in_source=True))


def _sentences(theme: str, code: str, place: int) -> list[str]:
    return [part.strip() for part in own(code, "themes")[theme]["facts"][place].split("|")]


class Piece(NamedTuple):
    """A piece of a document: ``what`` it is, with its number or name.

    ``head`` (a topic), ``item`` (a topic with a number), ``name`` and ``wrote`` (whose words
    follow), ``fill`` (a sentence that states nothing to judge), ``fact`` (a statement), ``log`` (a
    note of a visit), ``notes`` (their heading), ``line`` (a new line), ``dash`` (a mark of a list).
    """

    what: str
    which: int | str = 0
    more: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A document in every language: its theme and place, sources, statements and pieces."""

    theme: str
    place: str
    sources: tuple[Source, ...]
    facts: tuple[Fact, ...]
    pieces: tuple[Piece, ...] = ()
    orders: tuple[tuple[int, ...], ...] = ()

    def with_pieces(self, pieces: list[Piece], orders: list[tuple[int, ...]]) -> Plan:
        """The same plan with its pieces, and for each source the order in which it speaks."""
        return replace(self, pieces=tuple(pieces), orders=tuple(orders))

    def in_order(self) -> list[Fact]:
        """The statements as they follow in the document."""
        return [self.facts[int(p.which)] for p in self.pieces if p.what == "fact"]

    def text(self, code: str) -> dict[str, object]:
        """The parts of a text of :class:`~.scenario.HighlightScenario`."""
        by_letter = sorted(zip(self.sources, self.orders, strict=True))
        spoken = {source.letter: self._source(source, order, code) for source, order in by_letter}
        return {"document": self._document(code), "sources": spoken}

    def _source(self, source: Source, order: tuple[int, ...], code: str) -> str:
        joiner = own(code, "layout")["joiner"]
        name = own(code, "sources")[source.kind][source.number]
        facts = [self.facts[i] for i in order if source.letter in self.facts[i].says]
        told = joiner.join(fact.told(self.theme, code, source.letter) for fact in facts)
        return f"{name}: {told or own(code, 'layout')['silent']}"

    def _document(self, code: str) -> str:
        words = own(code, "themes")[self.theme]
        body = "".join(self._pieces(code, words["filler"], own(code, "layout")))
        lines = [line.rstrip() for line in body.strip().splitlines()]
        return "\n".join([words["title"].format(place=self.place), *lines])

    def _pieces(self, code: str, filler: list[str], words: dict[str, object]) -> Iterator[str]:
        number = 0
        behind = str(words["joiner"])
        for what, which, more in self.pieces:
            match what:
                case "head":
                    yield f"\n\n{words[str(which)]}\n"
                case "item":
                    yield f"\n\n{str(words['item']).format(n=more[0], topic=words[str(which)])}\n"
                case "name" | "wrote":
                    name = words["names"][int(which)]  # type: ignore[index]
                    yield f"\n\n{str(words[what]).format(name=name)}{behind}"
                case "fill":
                    yield f"{filler[int(which) % len(filler)]}{behind}"
                case "fact":
                    number += 1
                    stated = self.facts[int(which)].stated(self.theme, code)
                    yield f"[{number}] {stated}{behind}"
                case "log":
                    yield f"{_visit(more, code)}{behind}"
                case "notes":
                    yield f"\n\n{words['notes']}\n"
                case "dash":
                    yield "\n- "
                case _:
                    yield "\n"


def _visit(more: tuple[int, ...], code: str) -> str:
    """A note of a visit: when, by whom, of what, and what was seen."""
    words = own(code, "layout")
    month, day, name, thing, note = more
    said: str = words["log"].format(
        date=written("date", (month, day), code, in_source=False), name=words["names"][name],
        thing=words["things"][thing], note=words["log_notes"][note],
    )  # fmt: skip
    return said
