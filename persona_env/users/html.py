"""A user profile as a table in a notebook: no secret and no protected value in it."""

from __future__ import annotations

from collections.abc import Iterator

from persona_env.html import html_table
from persona_env.users.profile import MASKED, Expertise, UserProfile

Row = tuple[str, str, str]


def profile_html(user: UserProfile) -> str:
    """The table: a row for each known field, with its value and its weight or role."""
    caption = f"user {user.id} ({user.split})"
    return html_table(caption, ("field", "value", "weight or role"), _rows(user))


def _rows(user: UserProfile) -> Iterator[Row]:
    for name, wish in user.preferences:
        if wish is not None:
            yield name, _text(wish.target), f"weight {wish.weight:g}"
    for name, value in user.context:
        if value not in (None, ()):
            yield name, _text(value), "context"
    for name, extension in user.extensions.items():
        private = extension.role in ("protected", "secret")
        yield name, MASKED if private else _text(extension.value), extension.role
    for term, weight in user.weights.items():
        yield f"reward term {term}", "", f"weight {weight:g}"
    for name, value in user.protected:
        if value is not None:
            yield name, MASKED, "protected: moves no reward"
    for name in user.secrets:
        yield name, MASKED, "secret"


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, Expertise):
        return f"{value.field} ({'verified' if value.verified else 'claimed'})"
    return str(value)
