"""The scenarios that ship with the package, by environment and by split."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from persona_env.arguments import listed
from persona_env.errors import (
    PersonaEnvError,
    ScenarioError,
    shown,
    unknown_name,
    unknown_scenario,
)
from persona_env.registration import ENVIRONMENTS, load
from persona_env.scenarios.loader import read_scenario_file, schema_of
from persona_env.scenarios.pools import ListPool, MixturePool, Pool
from persona_env.scenarios.prompts import find_prompts, is_prompts
from persona_env.scenarios.schema import Scenario
from persona_env.splits import Split, check_split, package_folder

A_SCENARIO = "an id, a category, a path to a .toml file, to a .jsonl file of prompts, or a Scenario"


@cache
def _scenarios(folder: str = "chat") -> dict[str, Scenario]:
    own = [load(entry) for entry in ENVIRONMENTS.values() if _is_in(entry, folder)]
    schema = schema_of(*own) if own else None
    files = sorted(package_folder("persona_env.envs", folder, "scenarios").glob("*.toml"))
    found: dict[str, Scenario] = {}
    for scenario in (s for path in files for s in read_scenario_file(path, schema)):
        if scenario.id in found:
            raise ScenarioError(f"two scenarios have the id {scenario.id!r}")
        found[scenario.id] = scenario
    return found


def _is_in(entry: str, folder: str) -> bool:
    return entry.partition(":")[0] == f"persona_env.envs.{folder}"


def load_scenarios(
    split: Split = "all", category: str | None = None, folder: str = "chat"
) -> tuple[Scenario, ...]:
    """The written scenarios of a split, of one category if given.

    ``folder`` is that of their environment: they are read from ``envs/<folder>/scenarios``.
    """
    categories = {s.category for s in _scenarios(folder).values()}
    if category is not None and category not in categories:
        raise unknown_name("category", category, categories)
    check_split(split)
    return tuple(
        s
        for s in _scenarios(folder).values()
        if split in ("all", s.split) and category in (None, s.category)
    )


def choose_scenarios(
    chosen: Sequence[str | Path | Scenario] | None,
    split: Split,
    bundled: Callable[[Split], Pool],
    env: str = "ID",
) -> Pool:
    """The scenarios of an environment: those given, or what it has ``bundled`` for ``split``.

    Of given :class:`Scenario` objects and scenario files (``.toml``) those of ``split`` are taken.
    A name is a category or named part of what is bundled for ``split``; or an id, of any
    environment and of either split: who names one scenario means it. ``env``, the environment's
    id, stands in errors. Raises
    :class:`PersonaEnvError` for what is none of these, and for two scenarios that differ and have
    one id.
    """
    own = bundled(check_split(split))
    if chosen is None:
        return own
    every = bundled("all")
    single: list[Scenario] = []
    parts: dict[str, Pool] = {}
    others: list[Scenario] = []
    for item in listed("scenarios", chosen, (str, Path, Scenario), A_SCENARIO):
        if (given := _given(item)) is not None:
            for scenario in given:
                (single if split in ("all", scenario.split) else others).append(scenario)
        elif (found := every.find(str(item)) or _scenarios().get(str(item))) is not None:
            single.append(found)
        elif (part := own.named(str(item))) is not None:
            parts[str(item)] = part
        else:
            raise _unknown(str(item), split, every, env)
    if not single and not parts:
        raise _nothing_of(split, others)
    return _joined(single, parts)


def _given(item: str | Path | Scenario) -> Sequence[Scenario] | None:
    """Scenarios that a user brings: one, or those of a file; ``None`` for a name."""
    if isinstance(item, Scenario):
        return (item,)
    if not isinstance(item, str | Path):
        raise ScenarioError(f"scenarios= holds {shown(item)}: each item is {A_SCENARIO}")
    if is_prompts(item):
        return find_prompts(item)
    is_file = isinstance(item, Path) or item.lower().endswith(".toml")
    return read_scenario_file(Path(item)) if is_file else None


def _unknown(name: str, split: Split, every: Pool, env: str) -> PersonaEnvError:
    if every.named(name) is not None:
        return ScenarioError(
            f"{name!r} has no scenario of split {split!r}: give another split, or split='all'"
        )
    known = [name for s in every.shown for name in (s.id, s.category)]
    return unknown_scenario(name, known, "scenario or category", env)


def _nothing_of(split: Split, others: Sequence[Scenario]) -> ScenarioError:
    if not others:
        return ScenarioError("scenarios= is empty: give ids or categories, or leave it out")
    return ScenarioError(
        f"none of the {len(others)} scenarios given is of split {split!r} (they are of "
        f"{others[0].split!r}): give that split, or split='all'"
    )


def _joined(given: Sequence[Scenario], parts: Mapping[str, Pool]) -> Pool:
    """Written scenarios as one list, in the order given; beside generated ones, a mixture. One
    named part alone is that part."""
    if len(parts) == 1 and not given:
        return next(iter(parts.values()))
    if all(isinstance(part, ListPool) for part in parts.values()):
        return ListPool(_once([*given, *(s for part in parts.values() for s in part)]))
    for scenario in given:
        _once([scenario, *(s for part in parts.values() if (s := part.find(scenario.id)))])
    if given:
        parts = {**parts, "given": ListPool(_once(given))}
    return MixturePool(parts, {name: float(len(part)) for name, part in parts.items()})


def _once(scenarios: Iterable[Scenario]) -> list[Scenario]:
    """Each scenario once, in their order; raises if one id stands for two that differ."""
    found: dict[str, Scenario] = {}
    for scenario in scenarios:
        if found.setdefault(scenario.id, scenario) != scenario:
            raise ScenarioError(f"scenarios= holds two scenarios with the id {scenario.id!r}")
    return list(found.values())
