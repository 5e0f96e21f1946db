"""User profiles as TOML: read with errors that name the line, and written."""

from __future__ import annotations

from pathlib import Path

import tomli_w
from pydantic import BaseModel, ValidationError

from persona_env.errors import ProfileError, nearest
from persona_env.files import parse_toml, read_toml_text
from persona_env.users.profile import SECTIONS, Expertise, UserProfile, Wish

MINIMAL = 'id = "ana"'


def read_profile_file(path: Path) -> UserProfile:
    """Read one user from a TOML file; raises :class:`ProfileError`, which names the file."""
    return parse_profile(read_toml_text(path, ProfileError), str(path))


def parse_profile(text: str, source: str = "profile") -> UserProfile:
    """Read a profile; errors name the source, the key, what is allowed and the nearest name.

    >>> parse_profile('id = "ana"').id
    'ana'
    """
    data = parse_toml(text, source, ProfileError)
    try:
        return UserProfile.model_validate(data)
    except ValidationError as error:
        raise ProfileError(_profile_errors(source, text, error)) from error


def format_profile(user: UserProfile) -> str:
    """The profile as TOML; ``parse_profile(format_profile(user)) == user``.

    >>> print(format_profile(UserProfile(id="ana", context={"languages": ["es"]})), end="")
    id = "ana"
    <BLANKLINE>
    [context]
    languages = [
        "es",
    ]
    """
    return tomli_w.dumps(user.model_dump(mode="json", exclude_none=True, exclude_defaults=True))


def _profile_errors(source: str, text: str, error: ValidationError) -> str:
    lines = []
    for item in error.errors():
        path = [str(part) for part in item["loc"]]
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            allowed = _allowed_keys(path[:-1])
            message = f"unknown key. Allowed: {sorted(allowed)}.{nearest(path[-1], allowed)}"
        elif item["type"] == "literal_error":
            allowed = item["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
            hint = nearest(str(item["input"]), allowed)
            message = f"{item['input']!r} is not one of {allowed}.{hint}"
        elif item["type"] == "missing" and path == ["id"]:
            message = f"required, and missing. The smallest profile is the line {MINIMAL}"
        lines.append(f"{source}{_line_of(text, path)}: {'.'.join(path) or 'profile'}: {message}")
    return "\n".join(lines)


def _allowed_keys(path: list[str]) -> list[str]:
    model: type[BaseModel] = UserProfile
    if path:
        model = SECTIONS.get(path[0], UserProfile)
        if len(path) > 1:
            model = Expertise if path[:2] == ["context", "expertise"] else Wish
    return list(model.model_fields)


def _line_of(text: str, path: list[str]) -> str:
    """``", line 7"``: the last line that begins with the deepest key of ``path``, if any."""
    keys = [part for part in path if not part.isdigit()]
    for key in reversed(keys):
        for number, line in enumerate(text.splitlines(), start=1):
            if line.split("=")[0].strip(' []"') in (key, ".".join(keys)):
                return f", line {number}"
    return ""
