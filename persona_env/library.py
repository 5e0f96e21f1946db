"""What ships with the package: users and scenarios, by name and by split."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TypeVar

from persona_env.errors import ProfileError, ScenarioError, unknown_name
from persona_env.pools import Listed, Mixture, Pool
from persona_env.profile import UserProfile, load_profile_file
from persona_env.scenario import Scenario, load_scenarios

T = TypeVar("T")
Split = str  # "train", "heldout" or "all"
SPLITS = ("train", "heldout", "all")


def _folder(package: str, *parts: str) -> Path:
    # The package is always installed as files: it is data that people are meant to read.
    return Path(str(resources.files(package).joinpath(*parts)))


@cache
def _profiles(folder: str = "") -> dict[str, UserProfile]:
    files = sorted(_folder("persona_env.user_profiles", folder).glob("*.toml"))
    return {user.id: user for user in map(load_profile_file, files)}


@cache
def _scenarios(folder: str = "") -> dict[str, Scenario]:
    files = sorted(_folder("persona_env.envs", "scenarios", folder).glob("*.toml"))
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
    return tuple(u for u in _profiles().values() if check_split(split) in ("all", u.split))


def guests(folder: str, split: Split = "all") -> tuple[UserProfile, ...]:
    """The users in ``user_profiles/<folder>``, of a split: they ask in one environment alone."""
    found = _profiles(folder).values()
    return tuple(user for user in found if check_split(split) in ("all", user.split))


def scenarios(split: Split = "all", category: str | None = None) -> tuple[Scenario, ...]:
    """The bundled scenarios of a split, of one category if given."""
    categories = {s.category for s in _scenarios().values()}
    if category is not None and category not in categories:
        raise unknown_name("category", category, categories)
    return tuple(
        s
        for s in _scenarios().values()
        if check_split(split) in ("all", s.split) and category in (None, s.category)
    )


def written(folder: str, split: Split = "all") -> tuple[Scenario, ...]:
    """The scenarios in ``envs/scenarios/<folder>``, of a split."""
    found = _scenarios(folder).values()
    return tuple(s for s in found if check_split(split) in ("all", s.split))


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
    chosen: Sequence[str | Path | UserProfile] | None,
    split: Split,
    audience: Callable[[Split], tuple[UserProfile, ...]] = profiles,
) -> tuple[UserProfile, ...]:
    """The users of an environment: those given, or its ``audience`` of ``split``.

    A name stands for the user of that id in the audience, or for the bundled one.
    """
    own = audience(check_split(split))
    if chosen is None:
        users = own
    else:
        known = {user.id: user for user in audience("all")}
        users = tuple(
            known[p] if isinstance(p, str) and p in known else load_profile(p)
            for p in _listed(chosen)
        )
    if not users:
        raise ProfileError("profiles= is empty: give at least one user, or leave it out")
    repeated = {u.id for u in users if sum(v.id == u.id for v in users) > 1}
    if repeated:
        raise ProfileError(f"profiles= holds two users with the id {sorted(repeated)}")
    return users


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
    listed: dict[str, Scenario] = {}
    parts: dict[str, Pool] = {}
    for item in _listed(chosen):
        if isinstance(item, Scenario):
            listed[item.id] = item
        elif (found := every.find(item) or _scenarios().get(item)) is not None:
            listed[item] = found
        elif (part := own.named(item)) is not None:
            parts[item] = part
        else:
            known = [name for s in every.shown for name in (s.id, s.category)]
            raise unknown_name("scenario or category", item, dict.fromkeys(known))
    if not listed and not parts:
        raise ScenarioError("scenarios= is empty: give ids or categories, or leave it out")
    return _joined(listed, parts)


def _joined(listed: dict[str, Scenario], parts: dict[str, Pool]) -> Pool:
    """Written scenarios as one list, in the order given; beside generated ones, a mixture."""
    if all(isinstance(part, Listed) for part in parts.values()):
        every = [*listed.values(), *(s for part in parts.values() for s in part)]
        return Listed(list({s.id: s for s in every}.values()))
    if listed:
        parts = {**parts, "given": Listed(tuple(listed.values()))}
    return Mixture(parts, {name: float(len(part)) for name, part in parts.items()})


def _listed(chosen: Iterable[T]) -> tuple[T, ...]:
    return (chosen,) if isinstance(chosen, str) else tuple(chosen)  # type: ignore[return-value]


def check_split(split: Split) -> Split:
    """``split``, if there is one of that name; raises :class:`UnknownNameError`."""
    if split not in SPLITS:
        raise unknown_name("split", split, SPLITS)
    return split
