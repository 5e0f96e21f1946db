"""``scenarios``: what can be asked, as a list, or one of them whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Annotated, Any

import typer
from rich.cells import cell_len, set_cell_size

from persona_env.cli.show import (
    WIDTH,
    EnvOption,
    ImportOption,
    JsonOption,
    PromptsOption,
    ScenariosOption,
    SplitOption,
    make_env,
    out,
    say,
    show_json,
)
from persona_env.cli.users import asker_in
from persona_env.env import PersonaEnv
from persona_env.errors import unknown_name, unknown_scenario
from persona_env.registration import id_of, import_modules
from persona_env.scenarios.schema import Scenario, ScenarioText


def list_scenarios(
    name: Annotated[str | None, typer.Argument(help="An id: show this scenario whole.")] = None,
    *,
    env: EnvOption = "PersonaChat-v0",
    category: Annotated[str | None, typer.Option(help="Those of this category.")] = None,
    user: Annotated[
        str | None,
        typer.Option(
            help="Those that this user can ask: one of the environment, a bundled one, or a TOML "
            "file."
        ),
    ] = None,
    search: Annotated[
        str | None, typer.Option(help="Those with this text in id or prompt.")
    ] = None,
    scenarios: ScenariosOption = None,
    prompts: PromptsOption = None,
    imports: ImportOption = None,
    split: SplitOption = "all",
    as_json: JsonOption = False,
) -> None:
    """The scenarios of an environment, one a line; generated families show their first ones."""
    import_modules(imports)
    base = make_env(env, split, None, scenarios, prompts=prompts)[1]
    if name is not None:
        _one(_found(base, name), as_json)
        return
    if category is not None and category not in (
        known := {s.category for s in base.scenarios.shown}
    ):
        raise unknown_name("category", category, known)
    found = [
        one
        for one in _asked_by(base, user, env)
        if category in (None, one.category) and (search is None or _holds(one, search))
    ]
    if as_json:
        show_json([_row(one) for one in found])
        return
    for line in lines(found):
        out().print(line, soft_wrap=True)
    say(f"{len(found)} scenarios; one whole: persona-env scenarios --env {env} ID")


def _found(env: PersonaEnv, name: str) -> Scenario:
    found = env.scenarios.find(name)
    if found is None:
        raise unknown_scenario(name, [one.id for one in env.scenarios.shown], env=id_of(type(env)))
    return found


def _asked_by(base: PersonaEnv, user: str | None, env: str) -> Sequence[Scenario]:
    if user is None:
        return base.scenarios.shown
    return base.scenarios.readable(asker_in(base, user, env)).shown


def _holds(scenario: Scenario, text: str) -> bool:
    parts = (scenario.id, *(one.prompt for one in scenario.texts.values()))
    return any(text.casefold() in part.casefold() for part in parts)


def _row(scenario: Scenario) -> dict[str, Any]:
    prompts = {code: text.prompt for code, text in scenario.texts.items()}
    return {
        "id": scenario.id,
        "category": scenario.category,
        "split": scenario.split,
        "languages": list(scenario.texts),
        "prompts": prompts,
    }


def lines(scenarios: Sequence[Scenario]) -> Iterator[str]:
    """Id, category, languages and prompt of each, cut to 80 columns.

    >>> [*lines([])]
    []
    """
    head = ("id", "category", "languages", "prompt")
    rows = [
        (one.id, one.category, ",".join(one.texts), next(iter(one.texts.values())).prompt)
        for one in scenarios
    ]
    if not rows:
        return
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(3)]
    for row in chain([head], rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield cut("  ".join([*cells, " ".join(row[3].split())]))


def cut(line: str) -> str:
    """A line of at most 80 columns.

    >>> len(cut("x" * 100)), cut("short ")
    (80, 'short')
    """
    line = line.rstrip()
    return line if cell_len(line) <= WIDTH else f"{set_cell_size(line, WIDTH - 1).rstrip()}…"


def _one(scenario: Scenario, as_json: bool) -> None:
    fields = scenario.model_dump(mode="json", exclude_defaults=True)
    if as_json:
        show_json(fields)
        return
    say(f"{scenario.id} ({scenario.category}, {scenario.split})")
    for name, value in fields.items():
        if name not in ("id", "category", "split", "texts"):
            say(f"  {name.replace('_', ' ')}: {_written(value)}")
    say("  prompt: below, one for each language; no seed changes its words")
    for code, text in scenario.texts.items():
        say(f"\n[{code}]")
        for name, value in _parts(text):
            say(f"  {name.replace('_', ' ')}: {value}")


def _parts(text: ScenarioText) -> Iterator[tuple[str, str]]:
    """The parts of a text that say something, a point as its phrasings with slashes."""
    for name, value in text.model_dump(mode="json", exclude_defaults=True).items():
        if isinstance(value, str):
            yield name, value
            continue
        said = (" / ".join(item) if isinstance(item, list) else _written(item) for item in value)
        yield from ((name, one) for one in dict.fromkeys(said))


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_written(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_written, value))
    return value if isinstance(value, str) else json.dumps(value)
