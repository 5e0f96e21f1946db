"""Scenarios from templates: texts with ``{names}`` to fill in, one per family and language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from persona_env.errors import ScenarioError, nearest, read_error
from persona_env.files import read_toml
from persona_env.languages import LANGUAGES
from persona_env.scenarios.schema import Scenario

Values = Mapping[str, Any]
Drawn = dict[str, dict[str, Any]]  # values by language


def same(**values: Any) -> Drawn:
    """Values that are the same in every language.

    >>> same(a=1)["zh"]
    {'a': 1}
    """
    return {code: dict(values) for code in LANGUAGES}


@dataclass(frozen=True, slots=True)
class Template:
    """One family: its split, and its texts by language, with names to fill in."""

    family: str
    category: str
    split: Literal["train", "heldout"]
    texts: dict[str, dict[str, Any]]
    scenario_class: type[Scenario] = Scenario

    def fill(self, name: str, values: Mapping[str, Values], **fields: Any) -> Scenario:
        """The scenario of id ``name``: ``values`` by language, ``fields`` of its class.

        A text that is nothing but one name whose value is a list becomes its items. Raises
        :class:`ScenarioError` for a name without a value.
        """
        try:
            texts = {c: _filled(text, self._values(values, c)) for c, text in self.texts.items()}
            return self.scenario_class(
                id=name,
                family=f"{self.category}/{self.family}",
                split=self.split,
                category=self.category,
                texts=texts,
                **fields,
            )
        except KeyError as error:
            raise ScenarioError(f"template {self.family!r}: no value for {error}") from error
        except ValueError as error:
            raise ScenarioError(read_error(f"template {self.family!r}", error)) from error

    def _values(self, values: Mapping[str, Values], code: str) -> Values:
        if code not in values:
            raise ValueError(f"there is a text in {code!r}, but values only in {list(values)}")
        return values[code]


def load_templates(path: Path, scenario_class: type[Scenario] = Scenario) -> dict[str, Template]:
    """The families of a template file, each in one language or more, filled as ``scenario_class``.

    Raises :class:`ScenarioError` for a file or a family that is not whole.
    """
    data = read_toml(path, ScenarioError)
    category = data.pop("category", None)
    found = {}
    for family, entry in data.items():
        if not isinstance(entry, dict):
            raise ScenarioError(f"{path}: {family!r} is no template: write [{family}]")
        texts: dict[str, dict[str, Any]] = {c: entry[c] for c in LANGUAGES if c in entry}
        unknown = [key for key in entry if key not in (*texts, "split")]
        if entry.get("split") not in ("train", "heldout") or not texts or unknown:
            hint = nearest(unknown[0], LANGUAGES) if unknown else ""
            raise ScenarioError(
                f"{path}: template {family!r} needs split = 'train' or 'heldout' and a text in one "
                f"or more of {list(LANGUAGES)}, and nothing else; it has {sorted(entry)}.{hint}"
            )
        found[family] = Template(family, category, entry["split"], texts, scenario_class)
    return found


def _filled(part: Any, values: Values) -> Any:
    if isinstance(part, str):
        return part.format_map(values)
    if isinstance(part, dict):
        return {name: _filled(entry, values) for name, entry in part.items()}
    if len(part) == 1 and isinstance(part[0], str) and isinstance(values.get(part[0][1:-1]), list):
        return list(values[part[0][1:-1]])
    return [_filled(entry, values) for entry in part]
