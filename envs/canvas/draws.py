"""Requests made from the themes in ``templates/themes.toml``: the same index, the same anywhere."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from persona_env.errors import ScenarioError
from persona_env.files import read_toml
from persona_env.text.spans import word_count

from .functions import function_families, make_function
from .prose import grade, normal
from .scenario import CanvasScenario
from .slots import render
from .style import STYLE, Style
from .words import listed

SEED = 2026
FIRST_DAY, DAYS = date(2026, 1, 1), 360
THIRD = 3
EASY, HARDER = 6.0, 3.0  # the lowest grade that is asked for; how far the old text is above it
PLACES = {"British": "London", "American": "Boston"}
Rng = np.random.Generator
Fields = dict[str, Any]


@cache
def _file(name: str) -> Mapping[str, Any]:
    path = Path(str(resources.files(__package__).joinpath("templates", f"{name}.toml")))
    return read_toml(path, ScenarioError)


@cache
def themes() -> Mapping[str, Mapping[str, Any]]:
    """The themes by name, with what their documents say."""
    return _file("themes")


class Told(NamedTuple):
    """The sentences of one document, with slots, and what they name."""

    active: str
    passive: str
    list: str
    number: str
    day: date
    agent: str
    thing: str
    items: tuple[str, ...]
    style: Style
    """How the document is written as it stands."""

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
        return _with(self.pick(_file("requests")[kind][self.split]), **values)

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
        listed_items = f"{items[0]}, {items[1]}{{,}} and {items[2]}"
        slot = f"{{{day.isoformat()}}}"
        return Told(
            f"{agent} {past} {thing} on {slot}",
            f"{thing} was {participle} by {agent} on {slot}",
            _with(self.of("list_frames"), list=listed_items),
            _with(self.of("number_frames"), n=int(self.rng.integers(11, 990))),
            day, agent, thing, items, self.style(),
        )  # fmt: skip

    def document(self, part: str) -> str:
        """A document with this part between two others."""
        return f"{self.theme['title']}\n\n{self.of('intros')}\n\n{part}\n\n{self.of('outros')}"


def _with(text: str, **values: object) -> str:
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(f"${name}", str(values[name]))
    return text


def _large(text: str) -> str:
    """The text with a capital; that of a slot at its beginning in both spellings."""
    return text[:1].upper() + text[1:]


def sentences_of(parts: Sequence[str]) -> str:
    """Parts as sentences that may be joined."""
    return _large("{+}".join(parts)) + "."


def _selected(text: str) -> str:
    return f"[[{text}]]"


def _shorten(draw: Draw) -> Fields:
    told = draw.told()
    fillers = [_file("requests")["fillers"]["plain"][i] for i in draw.rng.permutation(6)]
    best, passive = _both(told, told.list, told.number)
    needed = max(word_count(render(text, LONGEST)) for text in (best, passive))
    old = [f"{fillers.pop()} {_now(told, told.active)}", _now(told, told.list)]
    old.append(_now(told, told.number))
    while word_count(" ".join(old)) * 2 < needed * THIRD or len(fillers) > 4:
        old.insert(len(old) - 1, fillers.pop())
    limit = int(word_count(" ".join(old)) * 2 / THIRD)
    return {
        "document": draw.document(_selected(" ".join(old))),
        "instruction": draw.ask("shorten", limit=limit), "limit": limit,
        "best": best, "passive": passive, "lists": [told.items], "about": told.thing,
        "facts": told.facts("day", "agent", "thing", "items", "number"),
    }  # fmt: skip


LONGEST: Style = {"sentences": STYLE["sentences"][1]}


def _now(told: Told, sentence: str) -> str:
    """A sentence as the document has it."""
    return render(_large(sentence) + ".", told.style)


def _both(told: Told, *more: str) -> tuple[str, str]:
    """The good text in either voice."""
    return sentences_of((told.active, *more)), sentences_of((told.passive, *more))


def _define(draw: Draw) -> Fields:
    told, (term, meaning) = draw.told(), draw.of("terms")
    frame = _with(draw.of("term_frames"), term=term)
    old = " ".join(_now(told, one) for one in (told.active, told.list, frame))
    best, passive = _both(told, told.list, frame, f"{_an(term)} {term} is {meaning}")
    document = f"{draw.document(_selected(old))}\n\nGlossary\n{term}: {meaning}"
    return {
        "document": document, "instruction": draw.ask("define", term=term),
        "defines": [normal(meaning)], "best": best, "passive": passive, "lists": [told.items],
        "facts": [*told.facts("day", "agent", "thing", "items"), [normal(frame)]], "about": term,
    }  # fmt: skip


def _an(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _active(draw: Draw) -> Fields:
    told = draw.told()
    old = f"{_now(told, told.passive)} {_now(told, told.list)}"
    return {
        "document": draw.document(_selected(old)), "instruction": draw.ask("active"),
        "best": sentences_of((told.active, told.list)), "lists": [told.items],
        "about": told.thing, "facts": told.facts("day", "agent", "thing", "items"),
    }  # fmt: skip


def _simplify(draw: Draw) -> Fields:
    told = draw.told()
    hard = [_file("requests")["fillers"]["hard"][i] for i in draw.rng.permutation(4)]
    old = f"{hard[0]}; {told.active}; {hard[1]}, {told.list}; {hard[2]}, and {told.number}."
    old = render(_large(old), told.style)
    best, passive = _both(told, told.list, told.number)
    texts = [
        render(text, {"date_format": form, "spelling": variety})
        for text in (best, passive)
        for form in STYLE["date_format"]
        for variety in STYLE["spelling"]
    ]
    level = max(EASY, float(int(max(map(grade, texts)) + 1)))
    if grade(old) < level + HARDER:
        raise ScenarioError(f"a text of grade {grade(old):.1f} is not hard beside {level}")
    return {
        "document": draw.document(_selected(old)), "best": best, "passive": passive,
        "instruction": draw.ask("simplify", level=int(level)), "level": level,
        "lists": [told.items], "about": told.thing,
        "facts": told.facts("day", "agent", "thing", "items", "number"),
    }  # fmt: skip


def _spelling(draw: Draw) -> Fields:
    told, variety = draw.told(), draw.pick(STYLE["spelling"])
    other = next(one for one in STYLE["spelling"] if one != variety)
    told = told._replace(style={**told.style, "spelling": other})
    best, passive = _both(told, told.list)
    return {
        "document": draw.document(_selected(f"{_now(told, told.active)} {_now(told, told.list)}")),
        "instruction": draw.ask("spelling", variety=variety, place=PLACES[variety]),
        "variety": variety, "best": best, "passive": passive, "lists": [told.items],
        "about": told.thing, "facts": told.facts("day", "agent", "thing", "items"),
    }  # fmt: skip


def _update(draw: Draw) -> Fields:
    told, new = draw.told(), draw.day()
    new += timedelta(days=new == told.day)
    slot = f"{{{told.day.isoformat()}}}"
    part = _selected(render(slot, told.style))
    sentence = _now(told, told.active.replace(slot, part))
    words = f"{new.day}{_ending(new.day)} of {listed('months')[new.month - 1]} {new.year}"
    return {
        "document": draw.document(f"{sentence} {_now(told, told.list)}"),
        "instruction": draw.ask("update", day=words), "gone": [told.day.isoformat()],
        "best": f"{{{new.isoformat()}}}", "facts": [[new.isoformat()]], "about": "the right day",
    }  # fmt: skip


def _ending(day: int) -> str:
    return {1: "st", 2: "nd", 3: "rd"}.get(0 if 10 < day < 14 else day % 10, "th")


def _heading(draw: Draw) -> Fields:
    told, words = draw.told(), draw.of("headings")
    level = "#" * int(draw.rng.integers(1, 4))
    old = render(f"{level} {{#{told.thing}}}", told.style)
    shown = render(words, told.style)
    part = f"{_selected(old)}\n\n{_now(told, told.active)}"
    return {
        "document": draw.document(part), "instruction": draw.ask("heading", words=shown),
        "best": f"{level} {{#{words}}}", "facts": [[normal(shown)]], "about": words,
    }  # fmt: skip


def _page(draw: Draw) -> Fields:
    told, words = draw.told(), draw.of("headings")
    last = _with(draw.of("last_lines"), date=f"{{{told.day.isoformat()}}}")
    old = "\n".join(render(one, told.style) for one in (words, *told.items, last))
    items = "\n".join(f"<li>{item}</li>" for item in told.items)
    title, intro, outro = draw.theme["title"], draw.of("intros"), draw.of("outros")
    return {
        "document": f"<h1>{title}</h1>\n<p>{intro}</p>\n{_selected(old)}\n<p>{outro}</p>",
        "instruction": draw.ask("page"), "tags": ["h2", "ul", "li", "li", "li", "p"],
        "best": f"<h2>{{#{words}}}</h2>\n<ul>\n{items}\n</ul>\n<p>{last}</p>",
        "facts": [[normal(render(words, {}))], *told.facts("items", "day")], "about": words,
    }  # fmt: skip


def _question(draw: Draw) -> Fields:
    told, kind = draw.told(), draw.pick(("when", "which", "what"))
    first, second = _now(told, told.active), _now(told, told.list)
    answer = {
        "when": (f"{{{told.day.isoformat()}}}", told.facts("day"), first),
        "which": (_items(told), told.facts("items"), second),
        "what": (told.thing, told.facts("thing"), first),
    }
    best, facts, quote = answer[kind]
    return {
        "document": draw.document(_selected(f"{first} {second} {_now(told, told.number)}")),
        "instruction": draw.ask(kind), "best": best, "facts": facts, "quote": quote,
        "lists": [told.items], "about": told.thing,
    }  # fmt: skip


def _items(told: Told) -> str:
    first, second, third = told.items
    return f"{first}, {second}{{,}} and {third}"


MAKERS: dict[str, Callable[[Draw], Fields]] = {
    "shorten": _shorten, "question": _question, "define": _define, "page": _page,
    "active": _active, "heading": _heading, "simplify": _simplify, "update": _update,
    "spelling": _spelling,
}  # fmt: skip


def make(name: str, index: int) -> CanvasScenario:
    """The request ``index`` of a pool: of the theme ``name``, or of functions of a split."""
    rng = np.random.default_rng(np.random.SeedSequence([SEED, zlib.crc32(name.encode()), index]))
    if name in FUNCTIONS:
        families = [k for k, one in function_families().items() if one["split"] == FUNCTIONS[name]]
        return make_function(families[index % len(families)], f"{name}/{index}", rng)
    theme = themes()[name]
    kind = tuple(MAKERS)[index % len(MAKERS)]
    fields = MAKERS[kind](Draw(theme, theme["split"], rng))
    return CanvasScenario.model_validate(
        {
            "id": f"{name}/{index}", "family": f"edit_{kind}/{name}", "split": theme["split"],
            "category": f"edit_{kind}", "reply_kind": "data", "texts": {"en": fields},
        }
    )  # fmt: skip


FUNCTIONS = {"functions": "train", "tasks": "heldout"}
"""Pools of requests for a function, with their split."""
