"""The scenarios that ship with the package, by environment and by split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from persona_env.errors import ScenarioError, unknown_name
from persona_env.registration import ENVIRONMENTS, load
from persona_env.scenarios.loader import read_scenario_file, schema_of
from persona_env.scenarios.pools import ListPool, MixturePool, Pool
from persona_env.scenarios.schema import Scenario
from persona_env.splits import Split, check_split, listed, package_folder


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
    chosen: Sequence[str | Scenario] | None, split: Split, bundled: Callable[[Split], Pool]
) -> Pool:
    """The scenarios of an environment: those given, or what it has ``bundled`` for ``split``.

    A name is an id, of either split and of any environment, or a category or named part of what is
    bundled for ``split``.
    """
    own = bundled(check_split(split))
    if chosen is None:
        return own
    every = bundled("all")
    given: dict[str, Scenario] = {}
    parts: dict[str, Pool] = {}
    for item in listed(chosen):
        if isinstance(item, Scenario):
            given[item.id] = item
        elif (found := every.find(item) or _scenarios().get(item)) is not None:
            given[item] = found
        elif (part := own.named(item)) is not None:
            parts[item] = part
        else:
            known = [name for s in every.shown for name in (s.id, s.category)]
            raise unknown_name("scenario or category", item, dict.fromkeys(known))
    if not given and not parts:
        raise ScenarioError("scenarios= is empty: give ids or categories, or leave it out")
    return _joined(given, parts)


def _joined(given: dict[str, Scenario], parts: dict[str, Pool]) -> Pool:
    """Written scenarios as one list, in the order given; beside generated ones, a mixture."""
    if all(isinstance(part, ListPool) for part in parts.values()):
        every = [*given.values(), *(s for part in parts.values() for s in part)]
        return ListPool(list({s.id: s for s in every}.values()))
    if given:
        parts = {**parts, "given": ListPool(tuple(given.values()))}
    return MixturePool(parts, {name: float(len(part)) for name, part in parts.items()})
