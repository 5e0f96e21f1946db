"""Errors a user can mend: what was given, what is allowed, the nearest valid name, what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

import numpy as np
from gymnasium.error import InvalidAction, ResetNeeded
from pydantic import ValidationError

MANY = 40  # names a message lists
NEAREST = 3  # names that a message offers where they are many
NEAR, MARGIN = 0.6, 0.15  # how alike they are at least, and how much less than the nearest
IMPORTS = "One of your own is known once its module is imported, by --import on the command line."
"""What to do about a reward term that is not known."""
LONG = 80  # characters of a value that a message shows
HIDDEN = frozenset({"secrets", "protected", "extensions"})
"""The sections of a profile whose values no message shows: of the last, some are secret."""
_NAMED_USER = re.compile(r"""\buser ('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")


class PersonaEnvError(Exception):
    """Base of every error this library raises on purpose; its text is meant to be read."""


class ProfileError(PersonaEnvError, ValueError):
    """A user profile is wrong."""


class ScenarioError(PersonaEnvError, ValueError):
    """A scenario, or a choice of scenarios, is wrong."""


class AgentError(PersonaEnvError, ValueError):
    """An agent's answer is not a list of texts, one for each observation."""


class LanguageError(PersonaEnvError, ValueError):
    """The data of a language is wrong, or lacks what is asked for."""


class RewardError(PersonaEnvError, RuntimeError):
    """A reward term is wrong, or failed on an exchange."""


class ScoreRangeError(RewardError):
    """A score is no number in [0, 1], or outside the range that its reward term states."""


class ContractError(PersonaEnvError, AssertionError):
    """An environment does not hold what every environment has to."""


class ActionError(PersonaEnvError, InvalidAction, ValueError):
    """An action is outside the action space."""


class NoEpisodeError(PersonaEnvError, ResetNeeded):
    """A step before the first reset, or after the end of an episode."""


class MessagesError(PersonaEnvError, ValueError):
    """A list of chat messages is wrong."""


class TokenizerError(PersonaEnvError, ValueError):
    """A tokenizer, its chat template, or what is asked of them does not fit."""


class SimulatorError(PersonaEnvError, RuntimeError):
    """A user simulator is wrong, or failed to say what the user says next."""


class JudgeError(PersonaEnvError, RuntimeError):
    """A judge cannot be asked, or its record is wrong or lacks an answer."""


class UnknownNameError(PersonaEnvError, KeyError):
    """A name is not in its registry."""

    def __str__(self) -> str:  # KeyError would print the repr
        return str(self.args[0])


class ArgumentError(PersonaEnvError, ValueError):
    """An argument is of a wrong type, or out of its range.

    Not a TypeError, to which ``gymnasium.make`` would add all keywords, with the secrets in them.
    """


class WrongEnvironmentError(ArgumentError, TypeError):
    """An environment of another kind is needed."""


class UnknownOptionError(PersonaEnvError, TypeError):
    """A keyword that a constructor does not have: ``name``, of ``owner``, which has ``allowed``."""

    def __init__(
        self, message: str, owner: str = "", name: str = "", allowed: Iterable[str] = ()
    ) -> None:
        super().__init__(message)
        self.owner, self.name, self.allowed = owner, name, tuple(allowed)


class UndeclaredFieldError(PersonaEnvError, AttributeError):
    """A reward term reads a profile field that it did not declare in ``uses``."""


def user_named(name: str) -> str:
    """How an error names a user: always so, and :func:`without_users` finds it again.

    >>> user_named("ana")
    "user 'ana'"
    """
    return f"user {name!r}"


def without_users(error: PersonaEnvError) -> PersonaEnvError:
    """The same error for readers who must not learn which user asks.

    >>> without_users(RewardError("it failed on user 'ana': no line"))
    RewardError('it failed on the hidden user: no line')
    """
    return type(error)(_NAMED_USER.sub("the hidden user", str(error)))


def nearest(name: str, allowed: Iterable[str]) -> str:
    """``" Did you mean 'x'?"`` for the closest allowed name, or an empty string.

    >>> nearest("lenght", ["length", "tone"])
    " Did you mean 'length'?"
    """
    found = difflib.get_close_matches(name, list(allowed), n=1, cutoff=0.5)
    return f" Did you mean {found[0]!r}?" if found else ""


def unknown_name(
    kind: str, name: object, allowed: Iterable[str], listed_by: str = "", advice: str = ""
) -> UnknownNameError:
    """The error for a name that is not registered, or for what is no name at all.

    With ``listed_by``, what lists the allowed names where they are many, it gives the nearest
    three instead of all; ``advice`` is a sentence behind them.

    >>> print(unknown_name("user", "norah", ["nora", "noah", "sam"], "persona-env profiles"))
    unknown user 'norah'. Did you mean 'nora' or 'noah'? All are listed by: persona-env profiles
    """
    names = sorted({*allowed})
    given = repr(name) if isinstance(name, str) else shown(name)
    if listed_by:
        rest = f"All are listed by: {listed_by}"
    else:
        more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
        rest = f"Known: {names[:MANY]}{more}"
    hint = " A name must be a str."
    if isinstance(name, str):
        hint = _nearest_few(name, names) if listed_by else nearest(name, names)
    told = f"{hint} {advice}" if advice else hint
    return UnknownNameError(f"unknown {kind} {given}.{told} {rest}")


def _nearest_few(name: str, names: Iterable[str]) -> str:
    """Those that are about as near as the nearest one: others would be guesses."""
    near = difflib.get_close_matches(name, names := [*names], n=NEAREST, cutoff=NEAR)
    far = _likeness(name, near[0]) - MARGIN if near else 0.0
    *others, last = [repr(one) for one in near if _likeness(name, one) >= far] or [""]
    if others:
        return f" Did you mean {', '.join(others)} or {last}?"
    return f" Did you mean {last}?" if last else ""


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, other, one).ratio()


def unknown_scenario(
    name: object, ids: Iterable[str], kind: str = "scenario", env: str = "ID"
) -> UnknownNameError:
    """The same for a scenario of the environment with the id ``env``.

    >>> print(unknown_scenario("fluffy-rise", ["fluffy-rice", "fix-rice"], env="PersonaChat-v0"))
    unknown scenario 'fluffy-rise'. Did you mean 'fluffy-rice'? All are listed by: persona-env \
scenarios --env PersonaChat-v0
    """
    return unknown_name(kind, name, ids, f"persona-env scenarios --env {env}")


def shown(value: object) -> str:
    """A plain value with its type, for a message; of any other the type, since it may be private.

    >>> shown(3.5), shown(None), shown({"pin": "1234"})
    ('3.5 (float)', 'None', 'a value of type dict')
    """
    if value is None:
        return "None"
    kind = type(value).__name__
    if not isinstance(value, str | int | float | bool | np.generic):
        return f"a value of type {kind}"
    text = repr(value)
    return f"{text if len(text) <= LONG else text[:LONG] + '...'} ({kind})"


def read_error(where: str, error: ValueError) -> str:
    """A pydantic error as lines of 'where: key: what is wrong'; nothing private is shown."""
    if not isinstance(error, ValidationError):
        return f"{where}: {error}"
    lines = []
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        given = item.get("input")
        plain = isinstance(given, str | int | float | bool) and not HIDDEN & {*item["loc"]}
        plain = plain and item["type"] != "extra_forbidden"  # it may be a misspelt section
        said = f" (given: {given!r})" if plain else ""
        lines.append(f"{where}: {key or 'value'}: {message}{said}")
    return "\n".join(lines)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with what it counts.

    >>> counted(1, "call"), counted(1200, "call"), counted(2, "reply", "replies")
    ('1 call', '1,200 calls', '2 replies')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
