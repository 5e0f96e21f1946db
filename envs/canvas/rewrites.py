"""Requests to rewrite a paragraph: shorter, with a definition, active, simpler, spelt otherwise."""

from __future__ import annotations

from typing import Any

from persona_env.errors import ScenarioError
from persona_env.text.spans import word_count

from .prose import grade, normal
from .slots import render
from .style import STYLE, Style
from .told import Draw, Told, filled, frame, large, now, selected, sentences_of, template

THIRD = 3
EASY, HARDER = 6.0, 3.0  # the lowest grade that is asked for; how far the old text is above it
PLACES = {"British": "London", "American": "Boston"}
LONGEST: Style = {"sentences": STYLE["sentences"][1]}
Fields = dict[str, Any]


def shorten(draw: Draw) -> Fields:
    """A wordy paragraph, to be a third shorter."""
    told = draw.told()
    fillers = [template("requests")["fillers"]["plain"][i] for i in draw.rng.permutation(6)]
    best, passive = _both(told, told.listing, told.number)
    needed = max(word_count(render(text, LONGEST)) for text in (best, passive))
    old = [f"{fillers.pop()} {now(told, told.active)}", now(told, told.listing)]
    old.append(now(told, told.number))
    while word_count(" ".join(old)) * 2 < needed * THIRD or len(fillers) > 4:
        old.insert(len(old) - 1, fillers.pop())
    limit = int(word_count(" ".join(old)) * 2 / THIRD)
    return {
        "document": draw.document(selected(" ".join(old))),
        "instruction": draw.ask("shorten", limit=limit), "limit": limit,
        "best": best, "passive": passive, "lists": [told.items], "about": told.thing,
        "facts": told.facts("day", "agent", "thing", "items", "number"),
    }  # fmt: skip


def _both(told: Told, *more: str) -> tuple[str, str]:
    """The good text in either voice."""
    return sentences_of((told.active, *more)), sentences_of((told.passive, *more))


def define(draw: Draw) -> Fields:
    """A paragraph with a term that a glossary explains."""
    told, (term, meaning) = draw.told(), draw.of("terms")
    frame = filled(draw.of("term_frames"), term=term)
    old = " ".join(now(told, one) for one in (told.active, told.listing, frame))
    best, passive = _both(told, told.listing, frame, _definition(term, meaning))
    document = f"{draw.document(selected(old))}\n\nGlossary\n{term}: {meaning}"
    return {
        "document": document, "instruction": draw.ask("define", term=term),
        "defines": [normal(meaning)], "best": best, "passive": passive, "lists": [told.items],
        "facts": [*told.facts("day", "agent", "thing", "items"), [normal(frame)]], "about": term,
    }  # fmt: skip


def _definition(term: str, meaning: str) -> str:
    article = "before_vowel" if term[0] in frame("vowels") else "article"
    return frame("definition", article=frame(article), term=term, meaning=meaning)


def active(draw: Draw) -> Fields:
    """A paragraph in the passive voice."""
    told = draw.told()
    old = f"{now(told, told.passive)} {now(told, told.listing)}"
    return {
        "document": draw.document(selected(old)), "instruction": draw.ask("active"),
        "best": sentences_of((told.active, told.listing)), "lists": [told.items],
        "about": told.thing, "facts": told.facts("day", "agent", "thing", "items"),
    }  # fmt: skip


def simplify(draw: Draw) -> Fields:
    """A paragraph that is hard to read."""
    told = draw.told()
    hard = [template("requests")["fillers"]["hard"][i] for i in draw.rng.permutation(4)]
    first, second, third, _ = hard
    said = {"active": told.active, "listing": told.listing, "number": told.number}
    old = frame("hard", first=first, second=second, third=third, **said)
    old = render(large(old), told.style)
    best, passive = _both(told, told.listing, told.number)
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
        "document": draw.document(selected(old)), "best": best, "passive": passive,
        "instruction": draw.ask("simplify", level=int(level)), "level": level,
        "lists": [told.items], "about": told.thing,
        "facts": told.facts("day", "agent", "thing", "items", "number"),
    }  # fmt: skip


def spelling(draw: Draw) -> Fields:
    """A paragraph in one spelling, to be put in the other."""
    told, variety = draw.told(), draw.pick(STYLE["spelling"])
    other = next(one for one in STYLE["spelling"] if one != variety)
    told = told._replace(style={**told.style, "spelling": other})
    best, passive = _both(told, told.listing)
    return {
        "document": draw.document(selected(f"{now(told, told.active)} {now(told, told.listing)}")),
        "instruction": draw.ask("spelling", variety=variety, place=PLACES[variety]),
        "variety": variety, "best": best, "passive": passive, "lists": [told.items],
        "about": told.thing, "facts": told.facts("day", "agent", "thing", "items"),
    }  # fmt: skip
