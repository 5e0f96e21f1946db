"""``terms``: the reward terms and gates as a list, or one of them whole, with an example."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import getdoc, getsourcefile
from pathlib import Path
from typing import Annotated, Any

import typer

from persona_env.cli.examples import example
from persona_env.cli.show import (
    ImportOption,
    JsonOption,
    out,
    say,
    show_json,
    table,
    working,
)
from persona_env.errors import IMPORTS, unknown_name
from persona_env.registration import import_modules
from persona_env.rewards import Term, registered_terms
from persona_env.rewards.builtin import GENERAL
from persona_env.rewards.declaration import function_in
from persona_env.rewards.natural import natural_terms
from persona_env.rewards.natural.declare import SHARED
from persona_env.rewards.registry import LISTED_BY, get_term
from persona_env.text.docstrings import first_sentence, flowing, plain

LABEL = 10  # columns of a label and the space behind it


def list_terms(
    name: Annotated[
        str | None, typer.Argument(help="A term or gate, or module:name: show it whole.")
    ] = None,
    *,
    imports: ImportOption = None,
    as_json: JsonOption = False,
) -> None:
    """The reward terms and gates, or one of them with an example."""
    import_modules(imports)
    if name is not None:
        _one(name, as_json)
        return
    rows = [_row(register, term) for register, term in every_term()]
    if as_json:
        show_json(rows)
        return
    shown = [(row["name"], _kind(row), row["about"]) for row in rows]
    title = f"{len(rows)} terms and gates: kind, register and weight"
    out().print(table(title, ("name", "kind", "about"), shown, most={"kind": 18}))


def every_term() -> Iterator[tuple[str, Term]]:
    """Each term, with the register of its replies: ``tiny``, ``natural`` or ``both``."""
    natural = natural_terms()
    for term in registered_terms().values():
        module = str(getattr(term.function, "__module__", ""))
        reads_phrases = module.startswith(GENERAL) and term.name not in SHARED
        yield "tiny" if reads_phrases or term.name in natural else "both", term
    yield from (("natural", term) for term in natural.values())


def _row(register: str, term: Term) -> dict[str, Any]:
    return {
        "name": term.name,
        "kind": "gate" if term.gate else "term",
        "register": register,
        "weight": "-" if term.gate else _weight(term.weight),
        "uses": list(term.uses),
        "range": term.range,
        "validity": term.validity,
        "about": first_sentence(function_in(term.function)),
    }


def _kind(row: dict[str, Any]) -> str:
    weight = "" if row["weight"] == "-" else f", weight {row['weight'].removeprefix('that ')}"
    return f"{row['kind']}, {row['register']}{weight}"


def _weight(weight: float | str) -> str:
    return f"that of {weight}" if isinstance(weight, str) else f"{weight:g}"


def _one(name: str, as_json: bool) -> None:
    if ":" in name:
        name = get_term(name).name
    found = [(register, term) for register, term in every_term() if term.name == name]
    if not found:
        known = {term.name for _, term in every_term()}
        raise unknown_name("reward term", name, known, LISTED_BY, IMPORTS)
    with working("looking for examples"):
        whole = [_whole(register, term) for register, term in found]
    if as_json:
        show_json(whole)
        return
    for fields in whole:
        say(f"{fields['name']} ({fields['kind']}, register: {fields['register']})\n")
        say(f"{fields['doc']}\n")
        for part in ("weight", "range", "uses", "validity", "source"):
            value = fields[part]
            say(f"{part:9} {', '.join(value) if isinstance(value, list) else value}", LABEL)
        for place, line in enumerate(_told(fields["example"])):
            say(f"{'' if place else 'example':9} {line}", LABEL)
        say("")


def _whole(register: str, term: Term) -> dict[str, Any]:
    function = function_in(term.function)
    source = getsourcefile(function if callable(function) else type(function)) or "-"
    return {
        **_row(register, term),
        "uses": list(term.uses) or ["no field of the profile"],
        "doc": flowing(plain((getdoc(function) or "").split("\n>>>")[0].strip())),
        "source": f"{function.__module__} ({Path(source).name})",
        "example": example(register, term),
    }


def _told(found: dict[str, Any] | None) -> list[str]:
    if found is None:
        return ["none among the first cases of the bundled environments"]
    where = f"{found['env']}, {found['scenario']}, {found['user']}"
    return [where, repr(found["reply"]), f"{found['value']:.2f}: {found['because']}"]
