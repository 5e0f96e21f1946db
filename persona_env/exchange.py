"""All that a reward sees: scenario, user, transcript and reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from persona_env.errors import RewardError, UndeclaredFieldError
from persona_env.profile import UserProfile
from persona_env.scenario import Scenario, ScenarioText


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a transcript."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One reply in its situation. ``language`` is the language the prompt was asked in."""

    scenario: Scenario
    user: UserProfile
    reply: str
    language: str
    transcript: tuple[Turn, ...] = ()

    @property
    def prompt(self) -> str:
        """What the user asked, in the language it was asked in."""
        return self.scenario.text(self.language).prompt


class TermView:
    """An exchange as one reward term sees it: only the profile fields it declared.

    An undeclared field is unreadable, not forbidden by convention:

    >>> view = TermView.of_fields({"preferences.length": None})
    >>> view.target("length") is None
    True
    >>> view.field("protected.gender")
    Traceback (most recent call last):
    persona_env.errors.UndeclaredFieldError: this term does not declare 'protected.gender'; it \
declares ['preferences.length']. Add it to uses=(...)
    """

    __slots__ = ("_fields", "language", "prompt", "reply", "scenario", "transcript")

    scenario: Scenario
    reply: str
    prompt: str
    language: str
    transcript: tuple[Turn, ...]

    def __init__(self, exchange: Exchange, uses: tuple[str, ...]) -> None:
        self.scenario = exchange.scenario
        self.reply = exchange.reply
        self.prompt = exchange.prompt
        self.language = exchange.language
        self.transcript = exchange.transcript
        self._fields: Mapping[str, Any] = {path: _readable(exchange.user, path) for path in uses}

    @classmethod
    def of_fields(cls, fields: Mapping[str, Any]) -> TermView:
        """A view of profile fields alone, for tests."""
        view = cls.__new__(cls)
        view._fields = fields
        return view

    @property
    def texts(self) -> tuple[ScenarioText, ...]:
        """The scenario's text in the prompt's language first, then in the others."""
        first = self.scenario.text(self.language)
        return (first, *(t for t in self.scenario.texts.values() if t is not first))

    def field(self, path: str) -> Any:
        """The declared profile field at ``path``; raises :class:`UndeclaredFieldError`."""
        if path not in self._fields:
            raise UndeclaredFieldError(
                f"this term does not declare {path!r}; it declares {sorted(self._fields)}. "
                "Add it to uses=(...)"
            )
        return self._fields[path]

    def target(self, preference: str) -> Any:
        """What the user wants of ``preference``, or ``None`` without such a wish."""
        wish = self.field(f"preferences.{preference}")
        return None if wish is None else wish.target


def _readable(user: UserProfile, path: str) -> Any:
    """The field, unless this user's own extension of that name is protected."""
    extension = user.extensions.get(path.removeprefix("extensions."))
    if path.startswith("extensions.") and extension is not None and extension.role == "protected":
        raise RewardError(f"{path!r} of user {user.id!r} is protected and must never move a reward")
    return user.value(path)
