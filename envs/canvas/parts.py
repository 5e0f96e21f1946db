"""Requests on a part of a document: a date, a heading, lines of a page, a question."""

from __future__ import annotations

from datetime import timedelta

from .prose import normal
from .rewrites import Fields
from .slots import render
from .told import Draw, Told, filled, frame, now, selected
from .words import listed


def update(draw: Draw) -> Fields:
    """A date that is out of date, alone selected."""
    told, new = draw.told(), draw.day()
    new += timedelta(days=new == told.day)
    slot = f"{{{told.day.isoformat()}}}"
    part = selected(render(slot, told.style))
    sentence = now(told, told.active.replace(slot, part))
    ordinal, month = f"{new.day}{_ending(new.day)}", listed("months")[new.month - 1]
    words = frame("day", day=ordinal, month=month, year=new.year)
    return {
        "document": draw.document(f"{sentence} {now(told, told.listing)}"),
        "instruction": draw.ask("update", day=words), "gone": [told.day.isoformat()],
        "best": f"{{{new.isoformat()}}}", "facts": [[new.isoformat()]], "about": "the right day",
    }  # fmt: skip


def _ending(day: int) -> str:
    most, *others = listed("ordinals")
    last = 0 if 10 < day < 14 else day % 10
    return others[last - 1] if 0 < last <= len(others) else most


def heading(draw: Draw) -> Fields:
    """A heading to be changed."""
    told, words = draw.told(), draw.of("headings")
    level = "#" * int(draw.rng.integers(1, 4))
    old = render(f"{level} {{#{told.thing}}}", told.style)
    shown = render(words, told.style)
    part = f"{selected(old)}\n\n{now(told, told.active)}"
    return {
        "document": draw.document(part), "instruction": draw.ask("heading", words=shown),
        "best": f"{level} {{#{words}}}", "facts": [[normal(shown)]], "about": words,
    }  # fmt: skip


def page(draw: Draw) -> Fields:
    """Lines of an HTML page, to be marked up."""
    told, words = draw.told(), draw.of("headings")
    last = filled(draw.of("last_lines"), date=f"{{{told.day.isoformat()}}}")
    old = "\n".join(render(one, told.style) for one in (words, *told.items, last))
    items = "\n".join(f"<li>{item}</li>" for item in told.items)
    title, intro, outro = draw.theme["title"], draw.of("intros"), draw.of("outros")
    return {
        "document": f"<h1>{title}</h1>\n<p>{intro}</p>\n{selected(old)}\n<p>{outro}</p>",
        "instruction": draw.ask("page"), "tags": ["h2", "ul", "li", "li", "li", "p"],
        "best": f"<h2>{{#{words}}}</h2>\n<ul>\n{items}\n</ul>\n<p>{last}</p>",
        "facts": [[normal(render(words, {}))], *told.facts("items", "day")], "about": words,
    }  # fmt: skip


def question(draw: Draw) -> Fields:
    """A paragraph with a question on it."""
    told, kind = draw.told(), draw.pick(("when", "which", "what"))
    first, second = now(told, told.active), now(told, told.listing)
    answer = {
        "when": (f"{{{told.day.isoformat()}}}", told.facts("day"), first),
        "which": (_items(told), told.facts("items"), second),
        "what": (told.thing, told.facts("thing"), first),
    }
    best, facts, quote = answer[kind]
    return {
        "document": draw.document(selected(f"{first} {second} {now(told, told.number)}")),
        "instruction": draw.ask(kind), "best": best, "facts": facts, "quote": quote,
        "lists": [told.items], "about": told.thing,
    }  # fmt: skip


def _items(told: Told) -> str:
    first, second, third = told.items
    return f"{first}, {second}{{,}} and {third}"
