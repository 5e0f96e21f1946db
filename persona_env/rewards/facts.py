"""A registered reward term: its callable, and what it states of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import FunctionType
from typing import Any

from persona_env.errors import RewardError
from persona_env.reading.reader import Readers
from persona_env.rewards import declaration
from persona_env.rewards.builtin import BUILTIN
from persona_env.users.profile import UserProfile

ROUNDING = 1e-6
"""How far a score may lie from the values that its term states: single precision rounds so."""
UNSTATED = "not stated"


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A reward term, as :func:`reward_term` registers it; two are equal if they are the same one.

    ``weight`` is a number, or the name of the preference whose weight the user gives it.
    A ``gate`` multiplies the reward, a term is averaged. ``builtin`` terms are in every environment
    by default; a user's own term joins in when a profile weighs it. A ``batched`` term is called
    with the views of many replies. ``only_in`` and ``not_in`` are categories of scenarios, where
    several environments are mixed. ``value_range`` are the least and the greatest score,
    ``values`` the only ones (empty: any in the range). ``validity`` says how far a score can be
    trusted. ``readers`` read the replies for it in the natural register.
    """

    name: str
    function: Callable[..., Any]
    uses: tuple[str, ...] = ()
    weight: float | str = 1.0
    gate: bool = False
    builtin: bool = False
    batched: bool = False
    value_range: tuple[float, float] = (0.0, 1.0)
    values: tuple[float, ...] = ()
    validity: str = UNSTATED
    is_async: bool = False
    readers: Readers | None = None
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

    @property
    def is_deferred(self) -> bool:
        """Whether it is asked once for all replies of a step: a batched or an ``async`` one."""
        return self.batched or self.is_async

    @property
    def is_limited(self) -> bool:
        """Whether it states less than [0, 1]."""
        return bool(self.values) or self.value_range != (0.0, 1.0)

    @property
    def range(self) -> str:
        """Its scores in words: ``"[0.4, 1]"``, or ``"{0, 1/3, 1}"`` for single values."""
        if self.values:
            return f"{{{', '.join(map(_written, self.values))}}}"
        return f"[{', '.join(map(_written, self.value_range))}]"

    def admits(self, value: float) -> bool:
        """Whether it states that it may give this score, up to :data:`ROUNDING`."""
        if self.values:
            return any(abs(value - one) <= ROUNDING for one in self.values)
        low, high = self.value_range
        return low - ROUNDING <= value <= high + ROUNDING


def _written(value: float) -> str:
    """0.5 as it is, and a third as 1/3."""
    short = f"{value:g}"
    return short if float(short) == value else str(Fraction(value).limit_denominator(1000))


def leaving_out(terms: Iterable[Term], unjudged: Mapping[str, frozenset[str]]) -> tuple[Term, ...]:
    """The terms; those that ``unjudged`` names do not judge the categories that stand there."""
    return tuple(
        replace(term, not_in=term.not_in | unjudged[term.name]) if term.name in unjudged else term
        for term in terms
    )


def make_term(
    thing: Callable[..., Any],
    *,
    name: str | None = None,
    uses: str | Iterable[str] = (),
    weight: float | str | None = None,
    gate: bool = False,
    batched: bool = False,
    value_range: Sequence[float] = (0, 1),
    values: Sequence[float] = (),
    validity: str = UNSTATED,
) -> Term:
    """The term of a callable, with what it declares checked; see :func:`reward_term`."""
    called = declaration.name_for(thing, name)
    declaration.check_call(called, thing, batched)
    fields = declaration.fields_of(called, uses)
    if values and tuple(value_range) != (0, 1):
        raise RewardError(f"term {called!r}: give value_range= or values=, not both")
    if not (isinstance(validity, str) and validity.strip()):
        raise RewardError(f"term {called!r}: validity= says how far to trust it, not {validity!r}")
    only = declaration.values_of(called, values)
    return Term(
        name=called,
        function=thing,
        uses=fields,
        weight=declaration.weight_of(called, weight, fields, gate),
        gate=gate,
        builtin=_is_builtin(thing, called),
        batched=batched,
        value_range=(only[0], only[-1]) if only else declaration.range_of(called, value_range),
        values=only,
        validity=validity,
        is_async=declaration.is_async(thing),
    )


def _is_builtin(thing: Callable[..., Any], name: str) -> bool:
    plain = isinstance(thing, FunctionType) and thing.__name__ == name
    return plain and thing.__module__.startswith(BUILTIN)
