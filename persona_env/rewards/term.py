"""Reward terms: pure functions from an exchange to a score, or ``None`` for 'does not apply'."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, overload

from persona_env.errors import RewardError, nearest
from persona_env.rewards.exchange import TermView
from persona_env.users.profile import UserProfile


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
    by default; a user's own term joins in when a profile weighs it. ``only_in`` and ``not_in`` are
    categories of scenarios, where several environments are mixed.
    """

    name: str
    function: TermFunction
    uses: tuple[str, ...]
    weight: float | str
    gate: bool
    builtin: bool
    only_in: frozenset[str] | None = None
    not_in: frozenset[str] = frozenset()

    def is_for(self, category: str) -> bool:
        """Whether scenarios of this category are judged by it."""
        return category not in self.not_in and (self.only_in is None or category in self.only_in)

    def weight_for(self, user: UserProfile) -> float:
        """How much this user weighs the term."""
        if self.name in user.weights:
            return user.weights[self.name]
        if not isinstance(self.weight, str):
            return float(self.weight)
        wish = user.value(f"preferences.{self.weight}")
        return 1.0 if wish is None else float(wish.weight)


GENERAL = "persona_env.rewards.terms."
BUILTIN = (GENERAL, "persona_env.envs.")
REGISTRY: dict[str, Term] = {}


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
        builtin = function.__module__.startswith(BUILTIN)
        REGISTRY[name] = Term(name, function, fields, default, gate, builtin)
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
