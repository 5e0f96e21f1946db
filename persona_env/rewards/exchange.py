"""All that a reward sees: scenario, user, transcript and reply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from persona_env.errors import RewardError, UndeclaredFieldError, user_named
from persona_env.scenarios.schema import Scenario, ScenarioText
from persona_env.text.visible import Visible, see
from persona_env.users.description import DESCRIPTION, describe
from persona_env.users.profile import UserProfile
from persona_env.users.words import IN_WORDS, in_words

T = TypeVar("T")
_UNKNOWN: Any = object()


class Turn(NamedTuple):
    """One message of a transcript."""

    role: str
    text: str


class Exchange(NamedTuple):
    """One reply in its situation.

    ``language`` is the language the scenario was asked in. ``transcript`` is all that was said
    before the reply, and ends with what the user said last; it is empty where the user has asked
    the scenario's question and nothing else was said. ``reply`` is as it was written; what is read
    of it is what the user sees, :attr:`seen`.
    """

    scenario: Scenario
    user: UserProfile
    reply: str
    language: str
    transcript: tuple[Turn, ...] = ()

    @property
    def seen(self) -> Visible:
        """What is seen of the reply."""
        return see_reply(self.scenario, self.reply)

    @property
    def question(self) -> str:
        """The scenario's question, in the language it was asked in."""
        return self.scenario.text(self.language).prompt

    @property
    def prompt(self) -> str:
        """What the user said last."""
        return _said_last(self.transcript, self.question)


def see_reply(scenario: Scenario, reply: str) -> Visible:
    """What the user sees of a reply to ``scenario``, or a program where a call is asked for.

    All that reads a reply reads this: terms of the library and others, and evaluation's measures.
    """
    return see(reply, scenario.reply_kind == "data")


def _said_last(transcript: tuple[Turn, ...], question: str) -> str:
    return transcript[-1].text if transcript else question


class TermView:
    """An exchange as one reward term sees it: only the profile fields it declared.

    It cannot be changed, since terms share it. An undeclared field is unreadable, not forbidden by
    convention:

    >>> view = TermView.of_fields({"preferences.length": None})
    >>> view.target("length") is None
    True
    >>> view.field("protected.gender")
    Traceback (most recent call last):
    persona_env.errors.UndeclaredFieldError: this term does not declare 'protected.gender'; it \
declares ['preferences.length']. Add it to uses=(...)
    """

    __slots__ = (
        "_fields", "_kept", "language", "question", "raw_reply", "reply", "scenario", "texts",
        "transcript",
    )  # fmt: skip
    scenario: Scenario
    language: str
    """The language of the question."""
    question: str
    """The scenario's question, in the language it was asked in: what a reply has to answer."""
    texts: tuple[ScenarioText, ...]
    """The scenario's text in the question's language first, then in the others."""
    reply: str
    """What is seen of the reply (:mod:`persona_env.text.visible`); reasons point into it."""
    raw_reply: str
    """The reply as it was written."""
    transcript: tuple[Turn, ...]
    """All that was said before the reply, as it was written; see :class:`Exchange`."""
    _fields: Mapping[str, Any]
    _kept: dict[Any, Any]

    @property
    def prompt(self) -> str:
        """What the user said last: the question, or in a later turn what followed from a reply."""
        return _said_last(self.transcript, self.question)

    @property
    def description(self) -> str:
        """The user in plain words, as :func:`persona_env.describe` writes them: preferences and
        context, nothing protected and no secret. For a term that declares
        ``uses=("description",)``."""
        said: str = self.field(DESCRIPTION)
        return said

    @property
    def in_words(self) -> str:
        """The user as a chat model is told of them in the natural register, in full sentences:
        preferences and context, nothing protected and no secret. For a term that declares
        ``uses=("description_in_words",)``."""
        said: str = self.field(IN_WORDS)
        return said

    @classmethod
    def of(cls, exchange: Exchange, uses: tuple[str, ...]) -> TermView:
        """The view of an exchange for a term that declares ``uses``."""
        before = cls.before(exchange.scenario, exchange.user, exchange.language, uses)
        return with_reply((before,), exchange)[0]

    @classmethod
    def before(
        cls, scenario: Scenario, user: UserProfile, language: str, uses: tuple[str, ...]
    ) -> TermView:
        """The view before there is a reply: what was said in this turn cannot be read."""
        first = scenario.text(language)
        texts = (first, *(t for t in scenario.texts.values() if t is not first))
        return _unanswered(scenario, language, first.prompt, texts, _fields(user, uses))

    @classmethod
    def of_fields(cls, fields: Mapping[str, Any]) -> TermView:
        """A view of profile fields alone, for tests."""
        nothing: Any = None
        return _unanswered(nothing, "", "", (), fields)

    def once(self, function: Callable[[TermView], T]) -> T:
        """``function`` of the view before the reply, worked out once for all replies."""
        found: T = self._kept.get(function, _UNKNOWN)
        if found is _UNKNOWN:
            before = _unanswered(
                self.scenario, self.language, self.question, self.texts, self._fields
            )
            found = self._kept[function] = function(before)
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
        """What the user wants of ``preference``, or ``None`` without such a preference."""
        wish = self.field(f"preferences.{preference}")
        return None if wish is None else wish.target

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a view cannot be changed, and {name!r} of it was to be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a view cannot be changed, and {name!r} of it was to be deleted")

    def __setstate__(self, state: tuple[None, dict[str, Any]]) -> None:
        for name, value in state[1].items():
            object.__setattr__(self, name, value)


def _no_reply(view: TermView) -> Any:
    raise AttributeError("there is no reply yet: what is worked out once must hold for all replies")


class _Unanswered(TermView):
    """A view before there is a reply: to read one is an error that says so."""

    __slots__ = ()
    reply = property(_no_reply)
    raw_reply = property(_no_reply)
    transcript = property(_no_reply)


class _Draft(TermView):
    """A view while it is made: it can be written to. Then it becomes one of the other classes.

    This takes a third of the time of ``object.__setattr__`` for each attribute.
    """

    __slots__ = ()
    __setattr__ = object.__setattr__  # type: ignore[assignment]
    __delattr__ = object.__delattr__


def _unanswered(
    scenario: Scenario,
    language: str,
    question: str,
    texts: tuple[ScenarioText, ...],
    fields: Mapping[str, Any],
) -> TermView:
    view: TermView = _Draft()
    view.scenario, view.language, view.question, view.texts = scenario, language, question, texts
    view._fields, view._kept = fields, {}
    view.__class__ = _Unanswered
    return view


def with_reply(views: Iterable[TermView], exchange: Exchange) -> list[TermView]:
    """The views of an exchange, made from those before its reply."""
    answered, shown = [], exchange.seen.text
    for before in views:
        view: TermView = _Draft()
        view.scenario = before.scenario
        view.language = before.language
        view.question = before.question
        view.texts = before.texts
        view._fields = before._fields
        view._kept = before._kept
        view.reply, view.raw_reply = shown, exchange.reply
        view.transcript = exchange.transcript
        view.__class__ = TermView
        answered.append(view)
    return answered


@lru_cache(maxsize=4096)
def _fields(user: UserProfile, uses: tuple[str, ...]) -> Mapping[str, Any]:
    return {path: _readable(user, path) for path in uses}


def _readable(user: UserProfile, path: str) -> Any:
    """The field, read-only, unless this user's own extension of that name is protected."""
    if path == DESCRIPTION:
        return describe(user)
    if path == IN_WORDS:
        return in_words(user)
    extension = user.extensions.get(path.removeprefix("extensions."))
    if path.startswith("extensions.") and extension is not None and extension.role == "protected":
        raise RewardError(
            f"{path!r} of {user_named(user.id)} is protected and must never move a reward"
        )
    value = user.value(path)
    return MappingProxyType(value) if isinstance(value, dict) else value
