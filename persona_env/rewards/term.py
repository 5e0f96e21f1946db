"""Reward terms: pure functions from an exchange to a score, or ``None`` for 'does not apply'."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, overload

from persona_env.errors import RewardError, nearest, unknown_name
from persona_env.exchange import TermView
from persona_env.profile import UserProfile


class Reason(NamedTuple):
    """Why: the characters ``start`` to ``end`` of the reply, and what they show."""

    start: int
    end: int
    note: str


def noted(spans: Iterable[tuple[int, int]], note: str) -> tuple[Reason, ...]:
    """What all of these spans show.

    >>> noted([(0, 4)], "warm")
    (Reason(start=0, end=4, note='warm'),)
    """
    return tuple([Reason(start, end, note) for start, end in spans])


@dataclass(frozen=True, slots=True)
class Score:
    """A value in [0, 1] and the spans of the reply that earned or lost it."""

    value: float
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.value <= 1.0:  # also refuses NaN
            raise RewardError(f"a score must lie in [0, 1], not {self.value!r}")
        if type(self.value) is not float:  # verdicts are written into arrays of floats
            object.__setattr__(self, "value", float(self.value))


TermFunction = Callable[[TermView], Score | float | None]


@dataclass(frozen=True, slots=True)
class Term:
    """A registered reward term.

    ``weight`` is a number, or the name of the preference whose weight the user gives it.
    A ``gate`` multiplies the reward, a term is averaged. ``builtin`` terms are in every environment
    by default; a user's own term joins in when a profile weighs it.
    """

    name: str
    function: TermFunction
    uses: tuple[str, ...]
    weight: float | str
    gate: bool
    builtin: bool

    def weight_for(self, user: UserProfile) -> float:
        """How much this user weighs the term."""
        if self.name in user.weights:
            return user.weights[self.name]
        if not isinstance(self.weight, str):
            return float(self.weight)
        wish = user.value(f"preferences.{self.weight}")
        return 1.0 if wish is None else float(wish.weight)


_REGISTRY: dict[str, Term] = {}


@overload
def reward_term(function: TermFunction, /) -> TermFunction: ...
@overload
def reward_term(
    *, uses: Iterable[str] = (), weight: float | str | None = None, gate: bool = False
) -> Callable[[TermFunction], TermFunction]: ...
def reward_term(
    function: TermFunction | None = None,
    /,
    *,
    uses: Iterable[str] = (),
    weight: float | str | None = None,
    gate: bool = False,
) -> TermFunction | Callable[[TermFunction], TermFunction]:
    """Register a module-level function as a reward term under its own name.

    Parameters
    ----------
    uses:
        Dotted profile fields the term may read, such as ``"preferences.length"``.
    weight:
        A fixed default weight, or the name of a preference whose weight counts. Without it the
        term takes the user's weight of the one preference it uses, and 1 if it uses none or
        several. ``profile.weights`` overrides each.
    gate:
        A gate multiplies the reward instead of being averaged into it.

    Raises
    ------
    RewardError
        For an unknown or protected field, or a function that is not at module level.
    """
    if function is not None:
        return reward_term()(function)
    fields = tuple(uses)

    def register(function: TermFunction) -> TermFunction:
        name = function.__name__
        _check(name, function, fields)
        wishes = [path.removeprefix("preferences.") for path in fields if "preferences." in path]
        default = (wishes[0] if len(wishes) == 1 else 1.0) if weight is None else weight
        builtin = function.__module__.startswith("persona_env.terms.")
        _REGISTRY[name] = Term(name, function, fields, default, gate, builtin)
        return function

    return register


def _check(name: str, function: TermFunction, uses: tuple[str, ...]) -> None:
    roles = UserProfile.roles()
    for path in uses:
        role = "preference" if path.startswith("extensions.") else roles.get(path)
        if role is None:
            raise RewardError(
                f"term {name!r}: unknown profile field {path!r}.{nearest(path, roles)}"
            )
        if role == "protected":
            raise RewardError(f"term {name!r}: {path!r} is protected and must never move a reward")
    if "<locals>" in function.__qualname__ or name == "<lambda>":
        raise RewardError(
            f"term {name!r} must be a function at module level, so that workers can import it"
        )


@cache
def _load_builtin() -> None:
    package = importlib.import_module("persona_env.terms")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"persona_env.terms.{module.name}")


def registered_terms() -> dict[str, Term]:
    """Every registered term by name: gates first, then terms, each in alphabetical order."""
    _load_builtin()
    return dict(sorted(_REGISTRY.items(), key=lambda item: (not item[1].gate, item[0])))


def get_term(term: str | TermFunction) -> Term:
    """The term of this name or function; raises :class:`UnknownNameError`."""
    terms = registered_terms()
    if isinstance(term, str):
        if term not in terms:
            raise unknown_name("reward term", term, terms)
        return terms[term]
    for known in terms.values():
        if known.function is term:
            return known
    raise RewardError(f"{term!r} is not a reward term: decorate it with @reward_term(uses=(...))")


def choose_terms(
    terms: Iterable[str | TermFunction] | None, users: Iterable[UserProfile]
) -> tuple[Term, ...]:
    """The terms of an environment: those named (default: all built-in) and those users weigh.

    Raises :class:`UnknownNameError` for a name, or a profile's weight, that no term has.
    """
    known = registered_terms()
    if terms is None:
        chosen = {name for name, term in known.items() if term.builtin}
    else:
        chosen = {get_term(term).name for term in terms}
    for user in users:
        for name in user.weights:
            if name not in known:
                raise unknown_name(f"reward term weighed by user {user.id!r}:", name, known)
        if terms is None:
            chosen |= set(user.weights)
    return tuple(term for name, term in known.items() if name in chosen)
