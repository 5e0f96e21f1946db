"""What ships with the package: users and scenarios, by name and by split."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TypeVar

from persona_env.errors import ProfileError, ScenarioError, unknown_name
from persona_env.profile import UserProfile, load_profile_file
from persona_env.scenario import Scenario, load_scenarios

T = TypeVar("T")
Split = str  # "train", "heldout" or "all"
SPLITS = ("train", "heldout", "all")


def _folder(package: str, *parts: str) -> Path:
    # The package is always installed as files: it is data that people are meant to read.
    return Path(str(resources.files(package).joinpath(*parts)))


@cache
def _profiles() -> dict[str, UserProfile]:
    users = [
        load_profile_file(p) for p in sorted(_folder("persona_env.user_profiles").glob("*.toml"))
    ]
    return {user.id: user for user in users}


@cache
def _scenarios() -> dict[str, Scenario]:
    files = sorted(_folder("persona_env.envs", "scenarios").glob("*.toml"))
    found: dict[str, Scenario] = {}
    for scenario in (s for path in files for s in load_scenarios(path)):
        if scenario.id in found:
            raise ScenarioError(f"two scenarios have the id {scenario.id!r}")
        found[scenario.id] = scenario
    return found


def profiles(split: Split = "all") -> tuple[UserProfile, ...]:
    """The bundled users of a split.

    >>> {user.split for user in profiles("train")}
    {'train'}
    """
    return tuple(u for u in _profiles().values() if _check(split) in ("all", u.split))


def scenarios(split: Split = "all", category: str | None = None) -> tuple[Scenario, ...]:
    """The bundled scenarios of a split, of one category if given."""
    categories = {s.category for s in _scenarios().values()}
    if category is not None and category not in categories:
        raise unknown_name("category", category, categories)
    return tuple(
        s
        for s in _scenarios().values()
        if _check(split) in ("all", s.split) and category in (None, s.category)
    )


def load_profile(source: str | Path | UserProfile) -> UserProfile:
    """A user by bundled name, by path to a TOML file, or as given."""
    if isinstance(source, UserProfile):
        return source
    if str(source).endswith(".toml"):
        return load_profile_file(Path(source))
    if str(source) not in _profiles():
        raise unknown_name("user profile", str(source), _profiles())
    return _profiles()[str(source)]


def choose_profiles(
    chosen: Sequence[str | Path | UserProfile] | None, split: Split
) -> tuple[UserProfile, ...]:
    """The users of an environment: those given, or the bundled ones of ``split``."""
    users = profiles(split) if chosen is None else tuple(load_profile(p) for p in _listed(chosen))
    if not users:
        raise ProfileError("profiles= is empty: give at least one user, or leave it out")
    repeated = {u.id for u in users if sum(v.id == u.id for v in users) > 1}
    if repeated:
        raise ProfileError(f"profiles= holds two users with the id {sorted(repeated)}")
    return users


def choose_scenarios(chosen: Sequence[str | Scenario] | None, split: Split) -> tuple[Scenario, ...]:
    """The scenarios of an environment: those given (ids or categories), or those of ``split``."""
    if chosen is None:
        return scenarios(split)
    found: dict[str, Scenario] = {}
    for item in _listed(chosen):
        for scenario in (item,) if isinstance(item, Scenario) else _by_name(item, split):
            found[scenario.id] = scenario
    if not found:
        raise ScenarioError("scenarios= is empty: give ids or categories, or leave it out")
    return tuple(found.values())


def _by_name(name: str, split: Split) -> tuple[Scenario, ...]:
    known = _scenarios()
    if name in known:
        return (known[name],)
    categories = {s.category for s in known.values()}
    if name not in categories:
        raise unknown_name("scenario or category", name, [*known, *categories])
    return scenarios(split, name)


def _listed(chosen: Iterable[T]) -> tuple[T, ...]:
    return (chosen,) if isinstance(chosen, str) else tuple(chosen)  # type: ignore[return-value]


def _check(split: Split) -> Split:
    if split not in SPLITS:
        raise unknown_name("split", split, SPLITS)
    return split
