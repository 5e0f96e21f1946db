"""Errors a user can mend: what was given, what is allowed, the nearest valid name, what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

import numpy as np
from gymnasium.error import InvalidAction, ResetNeeded
from pydantic import ValidationError

MANY = 40  # names a message lists
NEAREST = 3  # names of scenarios a message offers
LISTS = "persona-env scenarios --env ID --search WORD"
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
    kind: str, name: object, allowed: Iterable[str], advice: str = ""
) -> UnknownNameError:
    """The error for a name that is not registered, or for what is no name at all."""
    names = sorted(allowed)
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    given, hint = shown(name), " A name must be a str."
    if isinstance(name, str):
        given, hint = repr(name), nearest(name, names)
    said = f"{hint} {advice}" if advice else hint
    return UnknownNameError(f"unknown {kind} {given}.{said} Known: {names[:MANY]}{more}")


def unknown_scenario(name: object, ids: Iterable[str], kind: str = "scenario") -> UnknownNameError:
    """The same for a scenario: they are many, so the nearest three, and what lists them all.

    >>> print(unknown_scenario("fluffy-rise", ["fluffy-rice", "stir-soup", "fix-rice", "tap"]))
    unknown scenario 'fluffy-rise'. Did you mean 'fluffy-rice', 'fix-rice' or 'stir-soup'? All are \
listed by: persona-env scenarios --env ID --search WORD
    """
    hint = " A name must be a str."
    if isinstance(name, str):
        near = difflib.get_close_matches(name, list(dict.fromkeys(ids)), n=NEAREST, cutoff=0.0)
        *others, last = map(repr, near or [""])
        offered = f"{', '.join(others)} or {last}" if others else last
        hint = f" Did you mean {offered}?" if near else ""
    given = repr(name) if isinstance(name, str) else shown(name)
    return UnknownNameError(f"unknown {kind} {given}.{hint} All are listed by: {LISTS}")


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
