"""All that a reward sees: scenario, user, transcript and reply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar, cast

from persona_env.errors import RewardError, UndeclaredFieldError
from persona_env.scenarios.schema import Scenario, ScenarioText
from persona_env.users.profile import UserProfile

T = TypeVar("T")
BEFORE = 6  # what a view holds before there is a reply
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


class TermView(tuple[Any, ...]):
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

    __slots__ = ()
    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__

    # A tuple, since some eight of them are made for each reply. Without a reply it ends earlier.
    scenario = cast(Scenario, property(itemgetter(0)))
    language = cast(str, property(itemgetter(1)))
    prompt = cast(str, property(itemgetter(2)))
    texts = cast(tuple[ScenarioText, ...], property(itemgetter(3)))
    """The scenario's text in the prompt's language first, then in the others."""
    _fields = cast(Mapping[str, Any], property(itemgetter(4)))
    _kept = cast(dict[Any, Any], property(itemgetter(5)))
    reply = cast(str, property(itemgetter(6)))
    transcript = cast(tuple[Turn, ...], property(itemgetter(7)))

    @classmethod
    def of(cls, exchange: Exchange, uses: tuple[str, ...]) -> TermView:
        """The view of an exchange for a term that declares ``uses``."""
        before = cls.before(exchange.scenario, exchange.user, exchange.language, uses)
        return with_reply((before,), exchange.reply, exchange.transcript)[0]

    @classmethod
    def before(
        cls, scenario: Scenario, user: UserProfile, language: str, uses: tuple[str, ...]
    ) -> TermView:
        """The view before there is a reply: ``reply`` and ``transcript`` cannot be read."""
        first = scenario.text(language)
        texts = (first, *(t for t in scenario.texts.values() if t is not first))
        return Unanswered((scenario, language, first.prompt, texts, _fields(user, uses), {}))

    @classmethod
    def of_fields(cls, fields: Mapping[str, Any]) -> TermView:
        """A view of profile fields alone, for tests."""
        return Unanswered((None, "", "", (), fields, {}))

    def once(self, function: Callable[[TermView], T]) -> T:
        """``function`` of the view before the reply, worked out once for all replies."""
        found: T = self._kept.get(function, _UNKNOWN)
        if found is _UNKNOWN:
            found = self._kept[function] = function(Unanswered(self[:BEFORE]))
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


def _no_reply(view: TermView) -> Any:
    raise AttributeError("there is no reply yet: what is worked out once must hold for all replies")


class Unanswered(TermView):
    """A view before there is a reply: to read one is an error that says so."""

    __slots__ = ()
    reply = cast(str, property(_no_reply))
    transcript = cast(tuple[Turn, ...], property(_no_reply))


def with_reply(
    views: Iterable[TermView], reply: str, transcript: tuple[Turn, ...]
) -> list[TermView]:
    """The views of one reply, made from those before it."""
    answer = (reply, transcript)
    return [_new(TermView, view + answer) for view in views]


_new = tuple.__new__


@lru_cache(maxsize=4096)
def _fields(user: UserProfile, uses: tuple[str, ...]) -> Mapping[str, Any]:
    return {path: _readable(user, path) for path in uses}


def _readable(user: UserProfile, path: str) -> Any:
    """The field, unless this user's own extension of that name is protected."""
    extension = user.extensions.get(path.removeprefix("extensions."))
    if path.startswith("extensions.") and extension is not None and extension.role == "protected":
        raise RewardError(f"{path!r} of user {user.id!r} is protected and must never move a reward")
    return user.value(path)
