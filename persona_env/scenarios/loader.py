"""Scenarios from files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from persona_env.errors import ScenarioError, nearest, read_error, unknown_name
from persona_env.files import parse_json, read_text, read_toml
from persona_env.languages import LANGUAGES
from persona_env.registration import ENVIRONMENTS, load
from persona_env.scenarios.schema import Category, Scenario

Schema = Mapping[str, tuple[Category, type[Scenario]]]
"""The categories that a file may be of, by name, with the class of their scenarios."""

_FILE: dict[str, type] = {"category": str, "families": dict, "scenario": list}
"""What a scenario file holds."""


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
    """Read one scenario file (UTF-8 TOML; see ``docs/scenarios.md`` for its form).

    ``schema`` has the categories that it may be of; default: those that registered environments
    declare. Raises :class:`ScenarioError`, which names the file, the scenario and the key.
    """
    data = read_toml(path, ScenarioError)
    _check_file(path, data)
    known = declared_schema() if schema is None else schema
    name = data.get("category")
    if name is not None and name not in known:
        raise ScenarioError(f"{path}: {unknown_name('category', name, known)}")
    answers = read_answers(path.with_name(ANSWERS))
    entries = [_answered(entry, answers) for entry in data["scenario"]]
    found = [_scenario(path, data, entry, known, name) for entry in entries]
    counts = Counter(scenario.id for scenario in found)
    if repeated := [name for name, count in counts.items() if count > 1]:
        raise ScenarioError(f"{path}: more than one scenario has the id {repeated}")
    return tuple(found)


ANSWERS = "answers.jsonl"
"""The file beside scenario files with answers in other words."""
Answers = Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]]


@lru_cache(maxsize=8)
def _read_answers(path: Path, changed: float) -> Answers:
    found: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for number, line in enumerate(read_text(path, ScenarioError).splitlines(), 1):
        row = parse_json(line, f"{path}, line {number}", ScenarioError)
        try:
            texts = found.setdefault((row["id"], row["language"]), {"right": (), "wrong": ()})
            for kind in texts:
                texts[kind] += tuple(row[kind])
        except (KeyError, TypeError) as error:
            raise ScenarioError(
                f"{path}, line {number}: expected an object with 'id', 'language', and the lists "
                f"of texts 'right' and 'wrong' ({error!r})"
            ) from error
    return found


def read_answers(path: Path) -> Answers:
    """The answers in other words of a JSON-lines file, by scenario and language; none without it.

    Each line is ``{"id": ..., "language": ..., "right": [...], "wrong": [...]}``; several lines of
    one scenario add up. Raises :class:`ScenarioError`, which names the line.
    """
    return _read_answers(path, path.stat().st_mtime) if path.is_file() else {}


def _answered(entry: dict[str, Any], answers: Answers) -> dict[str, Any]:
    """The entry, each text with its answers in other words behind its own."""
    texts = {key: answers.get((str(entry.get("id")), key)) for key in LANGUAGES if key in entry}
    return entry | {
        key: entry[key] | {kind: (*entry[key].get(kind, ()), *more[kind]) for kind in more}
        for key, more in texts.items()
        if more and isinstance(entry[key], dict)
    }


def _check_file(path: Path, data: dict[str, Any]) -> None:
    for key, value in data.items():
        if key not in _FILE:
            raise ScenarioError(
                f"{path}: unknown key {key!r}.{nearest(key, _FILE)} Allowed: {sorted(_FILE)}"
            )
        if not isinstance(value, _FILE[key]):
            raise ScenarioError(
                f"{path}: {key!r} must be a {_FILE[key].__name__}, not {type(value).__name__}"
            )
    if not data.get("scenario"):
        raise ScenarioError(f"{path}: no [[scenario]] in this file")
    if not all(isinstance(entry, dict) for entry in data["scenario"]):
        raise ScenarioError(f"{path}: each 'scenario' must be a table: write [[scenario]]")


def _scenario(
    path: Path,
    data: Mapping[str, Any],
    entry: Mapping[str, Any],
    known: Schema,
    name: str | None,
) -> Scenario:
    where = f"{path}: scenario {entry.get('id')!r}"
    given = entry.get("category", name)
    if given is None:
        raise ScenarioError(
            f'{where} has no category: give one, such as category = "know_how", here or at the '
            "top of the file for all of its scenarios"
        )
    name = str(given)
    if name not in known:
        raise ScenarioError(f"{where}: {unknown_name('category', name, known)}")
    category, scenario_class = known[name]
    family, splits = entry.get("family"), data.get("families", {})
    if not isinstance(family, str) or family not in splits:
        raise ScenarioError(f"{where} {_without_family(family, splits)}")
    texts = {key: entry[key] for key in (*LANGUAGES, *_others(entry)) if key in entry}
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


def _without_family(family: Any, splits: Mapping[str, Any]) -> str:
    """What is wrong with a family that [families] does not list, and what to do."""
    if family is None:
        return (
            'has no family: write family = "NAME", and under [families] its split, such as '
            'NAME = "heldout"'
        )
    return f"has family {family!r}, which [families] does not list; it lists {sorted(splits)}"


def _others(entry: Mapping[str, Any]) -> list[str]:
    """The texts under any key: that of a language which there is not is an error that says so."""
    return [key for key, value in entry.items() if isinstance(value, dict) and "prompt" in value]


def languages_of(scenarios: Iterable[Scenario]) -> dict[str, int]:
    """How many scenarios have a text in each language."""
    counts: dict[str, int] = {}
    for scenario in scenarios:
        for language in scenario.texts:
            counts[language] = counts.get(language, 0) + 1
    return counts
