"""The users that ship with the package, by name and by split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from persona_env.arguments import listed
from persona_env.errors import ProfileError, shown, unknown_name
from persona_env.splits import Split, check_split, package_folder
from persona_env.users.profile import UserProfile
from persona_env.users.toml_format import read_profile_file

A_USER = (
    "a bundled name, a path to a .toml file or to a folder of them, or a UserProfile (of a dict: "
    "UserProfile(**it))"
)


@cache
def _profiles(folder: str = "") -> dict[str, UserProfile]:
    files = sorted(package_folder("persona_env.user_profiles", folder).glob("*.toml"))
    return {user.id: user for user in map(read_profile_file, files)}


def load_profiles(split: Split = "all", folder: str = "") -> tuple[UserProfile, ...]:
    """The bundled users of a split, or those in ``user_profiles/<folder>``.

    The users of a folder ask in one environment alone.

    >>> {user.split for user in load_profiles("train")}
    {'train'}
    """
    check_split(split)
    return tuple(user for user in _profiles(folder).values() if split in ("all", user.split))


def load_profile(source: str | Path | UserProfile) -> UserProfile:
    """A user by bundled name, by path to a TOML file, or as given.

    Raises :class:`PersonaEnvError` for anything else, and for a file that cannot be read.
    """
    return find_profile(source)


def find_profile(
    source: str | Path | UserProfile,
    own: Sequence[UserProfile] = (),
    env: str = "ID",
    option: str = "",
) -> UserProfile:
    """As :func:`load_profile`, and a name stands first for a user of ``own``, an environment's.

    ``env``, the environment's id, and ``option``, by which a user is given, stand in errors.
    """
    if isinstance(source, UserProfile):
        return source
    if not isinstance(source, str | Path):
        raise ProfileError(f"a user is {A_USER}, not {shown(source)}")
    known = {**_profiles(), **{user.id: user for user in own}}
    if str(source) in known:
        return known[str(source)]
    if isinstance(source, Path) or Path(source).suffix:
        return read_profile_file(Path(source))
    if Path(file := f"{source}.toml").is_file():
        raise ProfileError(
            f"no bundled user is {source!r}; a file needs its ending: give {file!r} for yours"
        )
    by = "persona-env profiles" + (
        f" --env {env}" if own and env != "ID" else " (with --env ID those of an environment)"
    )
    advice = f"One of your own is given by its file, such as {f'{option} ana.toml'.strip()}."
    raise unknown_name("user profile", source, known, by, advice)


def choose_profiles(
    chosen: Sequence[str | Path | UserProfile] | None,
    split: Split,
    audience: Callable[[Split], tuple[UserProfile, ...]] = load_profiles,
    env: str = "ID",
) -> tuple[UserProfile, ...]:
    """The users of an environment: those given, or its ``audience`` of ``split``.

    A name stands for the user of that id in the audience, or for the bundled one; a folder for
    those of all ``.toml`` files in it. ``env``, the environment's id, stands in errors.
    """
    users = audience(check_split(split))
    if chosen is not None:
        own = audience("all")
        named = listed("profiles", chosen, (str, Path, UserProfile), A_USER)
        users = tuple(
            find_profile(p, own, env, "--profiles") for one in named for p in _in_folder(one, own)
        )
    if not users:
        raise ProfileError("profiles= is empty: give at least one user, or leave it out")
    counts = Counter(user.id for user in users)
    if repeated := sorted(name for name, count in counts.items() if count > 1):
        raise ProfileError(f"profiles= holds two users with the id {repeated}")
    return users


def _in_folder(
    given: str | Path | UserProfile, own: Sequence[UserProfile]
) -> Sequence[str | Path | UserProfile]:
    """The profile files of a folder; what is no folder, or the name of a user, as it is."""
    known = {*_profiles(), *(user.id for user in own)}
    if not isinstance(given, str | Path) or str(given) in known or not Path(given).is_dir():
        return (given,)
    if not (found := sorted(Path(given).glob("*.toml"))):
        raise ProfileError(f"{given}: no .toml file of a user is in this folder")
    return found
