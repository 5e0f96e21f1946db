"""User profiles as TOML: read with errors that name the line, and written."""

from __future__ import annotations

from pathlib import Path

import tomli_w
from pydantic import ValidationError

from persona_env.errors import ProfileError
from persona_env.files import parse_toml, read_toml_text
from persona_env.users.errors import profile_errors
from persona_env.users.profile import UserProfile


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
    except ProfileError as error:  # the same, with the lines of this text
        if not isinstance(found := error.__cause__, ValidationError):
            raise
        told = profile_errors(source, found, lambda path: _line_of(text, path))
        raise ProfileError(told) from found


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


def _line_of(text: str, path: list[str]) -> str:
    """``", line 7"``: the last line that begins with the deepest key of ``path``, if any."""
    keys = [part for part in path if not part.isdigit()]
    for key in reversed(keys):
        for number, line in enumerate(text.splitlines(), start=1):
            if line.split("=")[0].strip(' []"') in (key, ".".join(keys)):
                return f", line {number}"
    return ""
