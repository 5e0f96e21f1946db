"""Scenarios from files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from persona_env.errors import ScenarioError, read_error, unknown_name
from persona_env.languages import LANGUAGES
from persona_env.registration import ENVIRONMENTS, load
from persona_env.scenarios.schema import Category, Scenario

Schema = Mapping[str, tuple[Category, type[Scenario]]]
"""The categories that a file may be of, by name, with the class of their scenarios."""


def schema_of(*env_classes: Any) -> Schema:
    """The categories that these environments declare; the first that declares a name has it."""
    return {
        category.name: (category, env_class.scenario_class)
        for env_class in reversed(env_classes)
        for category in env_class.categories
    }


def declared_schema() -> Schema:
    """The categories of every registered environment."""
    return schema_of(*map(load, ENVIRONMENTS.values()))


def read_scenario_file(path: Path, schema: Schema | None = None) -> tuple[Scenario, ...]:
    """Read one scenario file (TOML; see ``docs/scenarios.md`` for its form).

    ``schema`` has the categories that it may be of; default: those that registered environments
    declare. Raises :class:`ScenarioError` for a file that is not whole.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from error
    known = declared_schema() if schema is None else schema
    name = str(data.get("category"))
    if name not in known:
        raise ScenarioError(f"{path}: {unknown_name('category', name, known)}")
    return tuple(_scenario(path, data, entry, *known[name]) for entry in data.get("scenario", []))


def _scenario(
    path: Path,
    data: Mapping[str, Any],
    entry: Mapping[str, Any],
    category: Category,
    scenario_class: type[Scenario],
) -> Scenario:
    family, splits = entry.get("family"), data.get("families", {})
    if family not in splits:
        raise ScenarioError(
            f"{path}: scenario {entry.get('id')!r} has family {family!r}, which [families] does "
            f"not list; it lists {sorted(splits)}"
        )
    texts = {key: entry[key] for key in LANGUAGES if key in entry}
    rest = {key: value for key, value in entry.items() if key not in texts}
    named = {"category": category.name, "split": splits[family], "texts": texts}
    fields = {"reply_kind": category.reply_kind, **rest, **named}
    fields["family"] = f"{category.name}/{family}"
    try:
        made = scenario_class.model_validate(fields)
        category.check(made)
    except ValueError as error:
        raise ScenarioError(read_error(f"{path}: scenario {entry.get('id')!r}", error)) from error
    return made


def languages_of(scenarios: Iterable[Scenario]) -> dict[str, int]:
    """How many scenarios have a text in each language."""
    counts: dict[str, int] = {}
    for scenario in scenarios:
        for language in scenario.texts:
            counts[language] = counts.get(language, 0) + 1
    return counts
