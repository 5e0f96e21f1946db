"""The habits that a profile states, and what is no habit."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from persona_env.errors import ProfileError, nearest
from persona_env.languages import LANGUAGES
from persona_env.users.profile import UserProfile
from persona_env.users.words import language_of

from .habits import HABITS, VALUES, Habit, Habits
from .words import word_lists

_RANGE = re.compile(r"(\d{1,3})-(\d{1,3})")
# What a general preference for length means for a title: words, and characters in Chinese.


def stated(value_of: Callable[[str], Any], language: str) -> Habits:
    """The habits that a profile states.

    ``value_of`` gives the field of a dotted path; ``language`` is that of the title. Raises
    :class:`ProfileError` for a value that a habit does not have.
    """
    found: dict[str, Habit | None] = dict.fromkeys(HABITS)
    for name in VALUES:
        value = value_of(f"extensions.title_{name}")
        found[name] = None if value is None else Habit(_named(name, value), 1.0, "stated")
    wanted = value_of("preferences.language")
    if wanted is not None and wanted.target != "mix":
        found["language"] = Habit(wanted.target, 1.0, "stated")
    found["length"] = _stated_length(value_of, language)
    return found


def _named(name: str, value: Any) -> Any:
    if value in VALUES[name]:
        return value
    hint = nearest(str(value), VALUES[name])
    raise ProfileError(f"title_{name} {value!r} is not one of {list(VALUES[name])}.{hint}")


def _stated_length(value_of: Callable[[str], Any], language: str) -> Habit | None:
    own, wish = value_of("extensions.title_length"), value_of("preferences.length")
    if own is not None:
        return Habit(_range(own), 1.0, "stated")
    if wish is None:
        return None
    low, high = word_lists(language)["lengths"][wish.target]
    return Habit((low, high), 1.0, "stated")


def title_length(user: UserProfile) -> tuple[int, int] | None:
    """The words of a title for this user, or the characters of one in Chinese; ``None`` if the
    profile states no length."""
    found = _stated_length(user.value, language_of(user))
    return None if found is None else found.value


def _range(value: Any) -> tuple[int, int]:
    found = _RANGE.fullmatch(str(value))
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise ProfileError(f"title_length {value!r} is no range such as '3-6'")
    return int(found[1]), int(found[2])


def merged(told: Habits, shown: Habits) -> dict[str, Habit | None]:
    """What is stated, and what is inferred where nothing is."""
    return {name: told[name] or shown[name] for name in HABITS}


def check_habits(user: UserProfile) -> None:
    """Refuse stated habits that there are not.

    Raises
    ------
    ProfileError
        It says what was given, what is allowed and the nearest valid name.
    """
    known = {*(f"title_{name}" for name in VALUES), "title_length", "past_titles"}
    for name, extension in user.extensions.items():
        if name.startswith("title_") and name not in known:
            hint = nearest(name, known)
            raise ProfileError(f"unknown habit {name!r}. Allowed: {sorted(known)}.{hint}")
        listed = isinstance(extension.value, tuple) and all(extension.value)
        if name == "past_titles" and not listed:
            raise ProfileError(f"past_titles {extension.value!r} is no list of titles")
    stated(user.value, LANGUAGES[0])
