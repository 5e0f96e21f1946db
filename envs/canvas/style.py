"""The house style of a user: what a profile may state, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from persona_env.errors import ProfileError, nearest
from persona_env.users.profile import UserProfile

STYLE: dict[str, tuple[str, ...]] = {
    "spelling": ("British", "American"),
    "serial_comma": ("yes", "no"),
    "date_format": ("2026-03-14", "14 March 2026", "March 14, 2026", "14/03/2026"),
    "voice": ("active", "passive"),
    "sentences": ("at most 14 words", "at least 16 words on average"),
    "heading_case": ("title case", "sentence case"),
    "naming": ("snake_case", "camelCase"),
    "docstrings": ("Google", "NumPy", "reST", "none"),
    "comments": ("none", "one in four lines"),
    "type_hints": ("yes", "no"),
    "change_note": ("one line", "none"),
    "edit_form": ("new text", "search and replace", "unified diff"),
    "answers": ("a few words", "with a quotation"),
}
"""Every extension that an environment of edits reads, with its values; any may be unknown."""

PATHS = {name: f"extensions.{name}" for name in STYLE}
MOST_WORDS, LEAST_WORDS = 14, 16
EXACT = "exact; that it matters is what the profile states"
Style = Mapping[str, str | None]
ValueOf = Callable[[str], Any]


def style_of(value_of: ValueOf) -> Style:
    """What a user states; ``value_of`` gives a profile field by its dotted path."""
    return {name: value_of(path) for name, path in PATHS.items()}


def check_style(user: UserProfile) -> None:
    """Raises :class:`ProfileError` for a value that a style does not have, or another role."""
    for name, allowed in STYLE.items():
        own = user.extensions.get(name)
        if own is None:
            continue
        if own.role != "preference":
            raise ProfileError(
                f"user {user.id!r}: extensions.{name} has the role 'preference' here, not "
                f"{own.role!r}"
            )
        if own.value not in allowed:
            hint = nearest(str(own.value), allowed)
            raise ProfileError(
                f"user {user.id!r}: extensions.{name} is {own.value!r}, and may be one of "
                f"{list(allowed)}.{hint}"
            )
