"""Generated documents: the same index is the same document, in every language, anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from persona_env.errors import ScenarioError
from persona_env.files import read_toml

from . import layouts
from .plan import Fact, Plan, Source
from .scenario import DOCUMENT, HighlightScenario
from .values import two_values
from .wishes import TOPICS
from .words import WORDS, own

SEED = 2028
PLACES = ("Arden", "Brill", "Corvo", "Delphi", "Elmar", "Fontana", "Galen", "Hollen", "Istra",
          "Jarama", "Kelso", "Lugano", "Merida", "Norden", "Olmo", "Prado")  # fmt: skip
GOOD, MIDDLING, WEAK = (100, 95, 90), (85, 80, 75), (70, 65, 60)
LETTERS = ("A", "B", "C")
Says = dict[int, bool]  # by source: 0 is the good one, 1 the middling one, 2 the weak one
SURE: tuple[Says, ...] = ({0: True}, {0: True, 1: True}, {0: True, 2: True})
DOUBTFUL: tuple[Says, ...] = ({}, {0: False}, {1: False}, {2: False}, {0: False, 2: True})
ANY: tuple[Says, ...] = (
    {}, {1: True}, {2: True}, {1: True, 2: False}, {1: False, 2: True}, {0: True, 1: False},
    {1: True, 2: True}, {1: False, 2: False},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Family:
    """A family of documents: its split, how they look, and whether they are long."""

    split: Literal["train", "heldout"]
    layout: layouts.Layout
    is_long: bool = False


FAMILIES = {
    "report": Family("train", layouts.sections),
    "thread": Family("train", layouts.posts),
    "leaflet": Family("train", layouts.leaflet),
    "long_report": Family("train", layouts.long_sections, is_long=True),
    "minutes": Family("heldout", layouts.items),
    "reviews": Family("heldout", layouts.letters),
    "notice": Family("heldout", layouts.paragraphs),
    "long_minutes": Family("heldout", layouts.long_items, is_long=True),
}


@cache
def themes() -> dict[str, dict[str, Any]]:
    """What documents are about: the split, and the topic and kind of each statement."""
    return read_toml(Path(__file__).with_name("templates") / "themes.toml", ScenarioError)


def make(name: str, index: int) -> HighlightScenario:
    """The document ``index`` of the family ``name``."""
    family = FAMILIES[name]
    rng = np.random.default_rng(np.random.SeedSequence([SEED, *name.encode(), index]))
    plan = family.layout(_plan(family, rng), rng)
    return HighlightScenario.model_validate(
        {
            "id": f"{name}/{index}",
            "family": f"{DOCUMENT.name}/{name}",
            "split": family.split,
            "category": DOCUMENT.name,
            "reply_kind": "data",
            "sources": {source.letter: source.right for source in plan.sources},
            "statements": [{"topic": f.topic, "says": f.says} for f in plan.in_order()],
            "texts": {code: plan.text(code) for code in WORDS},
        }
    )


def _plan(family: Family, rng: np.random.Generator) -> Plan:
    """The theme, the sources, and two or three statements on each topic."""
    names = [name for name, theme in themes().items() if theme["split"] == family.split]
    theme = names[int(rng.integers(len(names)))]
    kinds = [line.split() for line in themes()[theme]["facts"]]
    sources = _sources(rng)
    facts = []
    for topic in TOPICS:
        of_topic = [place for place, (one, _) in enumerate(kinds) if one == topic]
        count = 3 if family.is_long else int(rng.integers(2, 4))
        for place, choice in zip(
            rng.permutation(of_topic)[:count], (SURE, DOUBTFUL, ANY), strict=False
        ):
            says = choice[int(rng.integers(len(choice)))]
            value, other = two_values(kinds[place][1], rng)
            named = {sources[which].letter: yes for which, yes in says.items()}
            facts.append(Fact(int(place), topic, kinds[place][1], value, other, named))
    place = PLACES[int(rng.integers(len(PLACES)))]
    return Plan(theme, place, tuple(sources), tuple(facts))


def _sources(rng: np.random.Generator) -> list[Source]:
    """A good source, a middling one and a weak one, under letters in any order."""
    letters = [LETTERS[i] for i in rng.permutation(len(LETTERS))]
    found = []
    for letter, kind, rates in zip(
        letters, ("good", "middling", "weak"), (GOOD, MIDDLING, WEAK), strict=True
    ):
        names = own(next(iter(WORDS)), "sources")[kind]
        found.append(
            Source(
                letter, kind, int(rng.integers(len(names))), rates[int(rng.integers(len(rates)))]
            )
        )
    return found
