"""All that a reward sees: scenario, user, transcript and reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from persona_env.errors import RewardError, UndeclaredFieldError
from persona_env.profile import UserProfile
from persona_env.scenario import Scenario, ScenarioText

T = TypeVar("T")
_UNKNOWN: Any = object()


class Turn(NamedTuple):
    """One message of a transcript."""

    role: str
    text: str


class Exchange(NamedTuple):
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

    __slots__ = (
        "_asked", "_fields", "_kept", "language", "prompt", "reply", "scenario", "texts",
        "transcript",
    )  # fmt: skip

    scenario: Scenario
    reply: str
    prompt: str
    language: str
    transcript: tuple[Turn, ...]
    texts: tuple[ScenarioText, ...]
    """The scenario's text in the prompt's language first, then in the others."""
    _asked: TermView | None
    _fields: Mapping[str, Any]
    _kept: dict[Callable[[TermView], Any], Any]

    @classmethod
    def of(cls, exchange: Exchange, uses: tuple[str, ...]) -> TermView:
        """The view of an exchange for a term that declares ``uses``."""
        before = cls.before(exchange.scenario, exchange.user, exchange.language, uses)
        return before.answered(exchange.reply, exchange.transcript)

    @classmethod
    def before(
        cls, scenario: Scenario, user: UserProfile, language: str, uses: tuple[str, ...]
    ) -> TermView:
        """The view before there is a reply: ``reply`` and ``transcript`` cannot be read."""
        first = scenario.text(language)
        view = cls.of_fields(_fields(user, uses))
        view.scenario, view.language, view.prompt = scenario, language, first.prompt
        view.texts = (first, *(t for t in scenario.texts.values() if t is not first))
        return view

    @classmethod
    def of_fields(cls, fields: Mapping[str, Any]) -> TermView:
        """A view of profile fields alone, for tests."""
        view = cls.__new__(cls)
        view._asked, view._fields, view._kept = None, fields, {}
        return view

    def answered(self, reply: str, transcript: tuple[Turn, ...] = ()) -> TermView:
        """The view of one reply, made from that :meth:`before` it."""
        view = TermView.__new__(TermView)
        view._asked, view._fields, view._kept = self, self._fields, self._kept
        view.scenario, view.language, view.prompt = self.scenario, self.language, self.prompt
        view.texts, view.reply, view.transcript = self.texts, reply, transcript
        return view

    def once(self, function: Callable[[TermView], T]) -> T:
        """``function`` of the view before the reply, worked out once for all replies."""
        found: T = self._kept.get(function, _UNKNOWN)
        if found is _UNKNOWN:
            found = self._kept[function] = function(self._asked or self)
        return found

    def field(self, path: str) -> Any:
        """The declared profile field at ``path``; raises :class:`UndeclaredFieldError`."""
        try:
            return self._fields[path]
        except KeyError:
            raise UndeclaredFieldError(
                f"this term does not declare {path!r}; it declares {sorted(self._fields)}. "
                "Add it to uses=(...)"
            ) from None

    def target(self, preference: str) -> Any:
        """What the user wants of ``preference``, or ``None`` without such a wish."""
        wish = self.field(f"preferences.{preference}")
        return None if wish is None else wish.target


@lru_cache(maxsize=4096)
def _fields(user: UserProfile, uses: tuple[str, ...]) -> Mapping[str, Any]:
    return {path: _readable(user, path) for path in uses}


def _readable(user: UserProfile, path: str) -> Any:
    """The field, unless this user's own extension of that name is protected."""
    extension = user.extensions.get(path.removeprefix("extensions."))
    if path.startswith("extensions.") and extension is not None and extension.role == "protected":
        raise RewardError(f"{path!r} of user {user.id!r} is protected and must never move a reward")
    return user.value(path)
