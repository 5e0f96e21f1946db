"""What an observation shows of a user: sentences, the short description, or a template's text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from persona_env.errors import ArgumentError, nearest, shown
from persona_env.files import read_text
from persona_env.users.description import describe
from persona_env.users.profile import UserProfile
from persona_env.users.words import (
    Also,
    LengthBounds,
    in_words,
    language_of,
    length_bounds,
    nothing_more,
    sentences,
)

Form = Literal["words", "short"]
FORMS: tuple[Form, ...] = ("words", "short")
Writer = Callable[[UserProfile, tuple[str, ...]], str]
"""Writes what is shown of a user; the names are those of secrets that are meant to be seen."""
VARIABLES = (
    "text", "short", "about", "wants", "language", "length", "preferences", "context",
    "extensions", "secrets",
)  # fmt: skip
"""What a template may use: see ``docs/users.md``."""


@dataclass(frozen=True, slots=True)
class InWords:
    """Writes :func:`~persona_env.users.words.in_words`."""

    lengths: LengthBounds = length_bounds
    also: Also = nothing_more

    def __call__(self, user: UserProfile, secrets: tuple[str, ...] = ()) -> str:
        """The sentences on this user."""
        return in_words(user, secrets, lengths=self.lengths, also=self.also)


@dataclass(frozen=True, slots=True)
class SystemTemplate:
    """A system text of one's own, as a Jinja2 template; ``name`` stands in errors.

    The template runs in Jinja2's sandbox and is handed :data:`VARIABLES` alone, of which no one
    holds a protected field. A variable that there is not is an error.

    Raises :class:`ArgumentError`, at construction for what is no template, and when it is called
    for what a template asks of a user and is not there.
    """

    source: str
    name: str = "system template"
    lengths: LengthBounds = length_bounds
    also: Also = nothing_more

    def __post_init__(self) -> None:
        if not isinstance(self.source, str):
            raise ArgumentError(f"a system template is a text, not {shown(self.source)}")
        _compiled(self.source, self.name)

    @classmethod
    def read(cls, path: str | Path) -> SystemTemplate:
        """The template in a UTF-8 file."""
        return cls(read_text(Path(path), ArgumentError), str(path))

    def __call__(self, user: UserProfile, secrets: tuple[str, ...] = ()) -> str:
        """The text for this user, without blanks around it."""
        from jinja2 import TemplateError

        values = variables(user, secrets, self.lengths, self.also)
        try:
            text: str = _compiled(self.source, self.name).render(values)
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise ArgumentError(
                f"{self.name}: {type(error).__name__}: {error}. A template may use "
                f"{', '.join(VARIABLES)}"
            ) from error
        return text.strip()


def variables(
    user: UserProfile,
    secrets: tuple[str, ...] = (),
    lengths: LengthBounds = length_bounds,
    also: Also = nothing_more,
) -> dict[str, Any]:
    """What a template is handed of a user, by the names of :data:`VARIABLES`: plain values."""
    about, wants = sentences(user, secrets, lengths, also)
    wished = (
        (name, getattr(user.preferences, name)) for name in type(user.preferences).model_fields
    )
    return {
        "text": in_words(user, secrets, lengths=lengths, also=also),
        "short": describe(user, secrets),
        "about": about,
        "wants": wants,
        "language": language_of(user),
        "length": lengths(user),
        "preferences": {name: None if wish is None else wish.target for name, wish in wished},
        "context": user.context.model_dump(),
        "extensions": {
            name: one.value
            for name, one in user.extensions.items()
            if one.role in ("preference", "context")
        },
        "secrets": {name: user.secrets[name] for name in secrets if name in user.secrets},
    }


def find_profile_text(
    given: str | Path | SystemTemplate | None,
    register: str,
    lengths: LengthBounds = length_bounds,
    also: Also = nothing_more,
) -> Writer:
    """The writer that ``profile_text=`` names; ``None``: sentences in the natural register, the
    short description in the tiny one. ``lengths`` and ``also`` are those of
    :func:`~persona_env.users.words.in_words`.

    Raises :class:`ArgumentError` for a name that is neither of the two and no file.
    """
    if given is None:
        given = "words" if register == "natural" else "short"
    if given == "short":
        return describe
    if given == "words":
        return InWords(lengths, also)
    if isinstance(given, SystemTemplate):
        return replace(given, lengths=lengths, also=also)
    if not isinstance(given, str | Path) or not Path(given).is_file():
        hint = nearest(given, FORMS) if isinstance(given, str) else ""
        raise ArgumentError(
            f"profile_text= (--system) is 'words', 'short', a file with a Jinja2 template or a "
            f"SystemTemplate, not {shown(str(given) if isinstance(given, Path) else given)}, "
            f"which is no file.{hint}"
        )
    template = SystemTemplate.read(given)
    return replace(template, lengths=lengths, also=also)


@lru_cache(maxsize=32)
def _compiled(source: str, name: str) -> Any:
    # Jinja2 is loaded here alone: importing the package stays light.
    from jinja2 import StrictUndefined, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    try:
        return environment.from_string(source)
    except TemplateSyntaxError as error:
        raise ArgumentError(f"{name}, line {error.lineno}: no Jinja2 template: {error}") from error
