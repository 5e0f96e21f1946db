"""Scenarios from files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from persona_env.errors import ScenarioError, read_error
from persona_env.languages import LANGUAGES
from persona_env.scenarios.schema import Scenario


def read_scenario_file(path: Path) -> tuple[Scenario, ...]:
    """Read one scenario file (TOML; see ``docs/scenarios.md`` for its form)."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from error
    splits: dict[str, str] = data.get("families", {})
    return tuple(_scenario(path, data, entry, splits) for entry in data.get("scenario", []))


def _scenario(path: Path, data: dict, entry: dict, splits: dict[str, str]) -> Scenario:  # type: ignore[type-arg]
    family = entry.get("family")
    if family not in splits:
        raise ScenarioError(
            f"{path}: scenario {entry.get('id')!r} has family {family!r}, which [families] does "
            f"not list; it lists {sorted(splits)}"
        )
    texts = {key: entry[key] for key in LANGUAGES if key in entry}
    rest = {key: value for key, value in entry.items() if key not in texts}
    category = data.get("category")
    named = {"category": category, "split": splits[family], "family": f"{category}/{family}"}
    fields = {**rest, **named, "texts": texts}
    try:
        return Scenario.model_validate(fields)
    except ValueError as error:
        raise ScenarioError(read_error(f"{path}: scenario {entry.get('id')!r}", error)) from error


def languages_of(scenarios: Iterable[Scenario]) -> dict[str, int]:
    """How many scenarios have a text in each language."""
    counts: dict[str, int] = {}
    for scenario in scenarios:
        for language in scenario.texts:
            counts[language] = counts.get(language, 0) + 1
    return counts
