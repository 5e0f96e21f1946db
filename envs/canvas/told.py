"""What the documents of a theme say: the sentences of one document, drawn from its lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from persona_env.errors import ScenarioError
from persona_env.files import read_toml

from .prose import normal
from .slots import render
from .style import STYLE, Style

FIRST_DAY, DAYS = date(2026, 1, 1), 360
Rng = np.random.Generator


@cache
def template(name: str) -> Mapping[str, Any]:
    """What a file of ``templates/`` holds."""
    path = Path(str(resources.files(__package__).joinpath("templates", f"{name}.toml")))
    return read_toml(path, ScenarioError)


class Told(NamedTuple):
    """The sentences of one document, with slots, and what they name.

    ``style`` is how the document is written as it stands.
    """

    active: str
    passive: str
    listing: str
    number: str
    day: date
    agent: str
    thing: str
    items: tuple[str, ...]
    style: Style

    def facts(self, *parts: str) -> list[list[str]]:
        """The facts of some parts: ``day``, ``agent``, ``thing``, ``items``, ``number``."""
        named = {
            "day": [self.day.isoformat()], "agent": [self.agent], "thing": [self.thing],
            "items": list(self.items), "number": [self.number],
        }  # fmt: skip
        return [[normal(render(one, {}))] for part in parts for one in named[part]]


class Draw:
    """One draw: picks from lists of a theme."""

    def __init__(self, theme: Mapping[str, Any], split: str, rng: Rng) -> None:
        self.theme, self.split, self.rng = theme, split, rng

    def pick(self, items: Sequence[Any]) -> Any:
        """One of the items."""
        return items[int(self.rng.integers(len(items)))]

    def of(self, name: str) -> Any:
        """One entry of a list of the theme."""
        return self.pick(self.theme[name])

    def ask(self, kind: str, **values: object) -> str:
        """How a kind is asked for."""
        return filled(self.pick(template("requests")[kind][self.split]), **values)

    def day(self) -> date:
        """Some day."""
        return FIRST_DAY + timedelta(days=int(self.rng.integers(DAYS)))

    def style(self) -> dict[str, str]:
        """A style for a document as it stands."""
        names = ("spelling", "serial_comma", "date_format", "heading_case")
        return {name: self.pick(STYLE[name]) for name in names}

    def told(self) -> Told:
        """Sentences for a document."""
        agent, thing, day = self.of("agents"), self.of("objects"), self.day()
        past, participle = self.of("acts")
        items = tuple(self.of("lists"))
        listed_items = frame("list", first=items[0], second=items[1], third=items[2])
        named = {"agent": agent, "thing": thing, "day": f"{{{day.isoformat()}}}"}
        return Told(
            frame("active", past=past, **named),
            frame("passive", participle=participle, **named),
            filled(self.of("list_frames"), list=listed_items),
            filled(self.of("number_frames"), n=int(self.rng.integers(11, 990))),
            day, agent, thing, items, self.style(),
        )  # fmt: skip

    def document(self, part: str) -> str:
        """A document with this part between two others."""
        return f"{self.theme['title']}\n\n{self.of('intros')}\n\n{part}\n\n{self.of('outros')}"


def filled(text: str, **values: object) -> str:
    """The text with ``$names`` replaced.

    >>> filled("at most $n words", n=9)
    'at most 9 words'
    """
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(f"${name}", str(values[name]))
    return text


def frame(name: str, **values: object) -> str:
    """A sentence of a frame that all documents share."""
    return filled(template("requests")["frames"][name], **values)


def large(text: str) -> str:
    """The text with a capital."""
    return text[:1].upper() + text[1:]


def sentences_of(parts: Sequence[str]) -> str:
    """Parts as sentences that may be joined."""
    return large("{+}".join(parts)) + "."


def selected(text: str) -> str:
    """The text in the marks of a selected part."""
    return f"[[{text}]]"


def now(told: Told, sentence: str) -> str:
    """A sentence as the document has it."""
    return render(large(sentence) + ".", told.style)
