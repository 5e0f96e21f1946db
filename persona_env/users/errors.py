"""What is wrong with a profile, in words: the key, what is allowed, the nearest name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ValidationError

from persona_env.errors import HIDDEN, ProfileError, nearest, user_named
from persona_env.users.profile import SECTIONS, Expertise, Extension, Preference, UserProfile

MINIMAL = 'id = "ana"'


@contextmanager
def told_in_words(name: object) -> Iterator[None]:
    """Turn pydantic's error about the profile of this id, if it is one, into a ProfileError."""
    try:
        yield
    except ValidationError as error:
        where = user_named(name) if isinstance(name, str) and name else "user"
        raise ProfileError(profile_errors(where, error)) from error


def profile_errors(
    where: str, error: ValidationError, line_of: Callable[[list[str]], str] = lambda path: ""
) -> str:
    """A line for each mistake: 'where: key: what is wrong'. No private value is shown."""
    lines = []
    for item in error.errors():
        path = [str(part) for part in item["loc"]]
        said = _said(path, item)
        lines.append(f"{where}{line_of(path)}: {'.'.join(path) or 'profile'}: {said}")
    return "\n".join(lines)


def _said(path: list[str], item: Any) -> str:
    message: str = item["msg"].removeprefix("Value error, ")
    given = item.get("input")
    if item["type"] == "extra_forbidden":
        allowed = _allowed_keys(path[:-1])
        return f"unknown key. Allowed: {sorted(allowed)}.{nearest(path[-1], allowed)}"
    if item["type"] == "literal_error":
        allowed = item["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return f"{given!r} is not one of {allowed}.{nearest(str(given), allowed)}"
    if item["type"] == "missing" and path == ["id"]:
        return f"required, and missing. The smallest profile is the line {MINIMAL}"
    plain = isinstance(given, str | int | float | bool) and not HIDDEN & {*path}
    named = not plain or repr(given) in message
    return message if named else f"{message} (given: {given!r})"


def _allowed_keys(path: list[str]) -> list[str]:
    model: type[BaseModel] = UserProfile
    if path:
        model = Extension if path[0] == "extensions" else SECTIONS.get(path[0], UserProfile)
        if len(path) > 1 and path[0] != "extensions":
            model = Expertise if path[:2] == ["context", "expertise"] else Preference
    return list(model.model_fields)
