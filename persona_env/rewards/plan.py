"""What holds of a case whatever the reply: settled entries, weights, and views to make."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from persona_env.rewards.exchange import Exchange, TermView
from persona_env.rewards.facts import Term
from persona_env.rewards.results import as_score, failure
from persona_env.rewards.term import Score, TermFunction
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile

CASES = 4096
"""How many (scenario, user, language) are remembered with what holds for every reply to them."""


class _Asked:
    """Scenario, user, language and terms as a key, compared by identity: all are immutable."""

    __slots__ = ("_hash", "language", "scenario", "terms", "user")

    def __init__(
        self, scenario: Scenario, user: UserProfile, language: str, terms: tuple[Term, ...]
    ) -> None:
        self.scenario, self.user, self.language, self.terms = scenario, user, language, terms
        self._hash = hash((id(scenario), id(user), language, id(terms)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Asked)
            and self.scenario is other.scenario
            and self.user is other.user
            and self.terms is other.terms
            and self.language == other.language
        )


Entries = tuple[tuple[str, float], ...]
Use = tuple[Term, int, float | None]
"""A term, the index of its view, and its weight, ``None`` of a gate."""


class Open(NamedTuple):
    """A term that reads the reply: as :data:`Use`, with what it takes to call it at hand.

    ``values`` need no further check; ``None`` where the term states no limits of its own.
    """

    term: Term
    function: TermFunction
    name: str
    place: int
    weight: float | None
    values: tuple[float, ...] | None


class Plan(NamedTuple):
    """The settled entries, and the terms that read the reply: at once, or in a batch.

    ``values`` and ``weights`` have every term that may apply, so that all verdicts have one order;
    of those that read the reply the entries are in place of what these say, if anything.
    """

    values: dict[str, float]
    weights: dict[str, float]
    gates: dict[str, float]
    open: tuple[Open, ...]
    deferred: tuple[Use, ...]


def case_of(exchange: Exchange, terms: tuple[Term, ...]) -> tuple[Plan, tuple[TermView, ...]]:
    """What holds of all replies to a case, and the views by which its terms read one."""
    return _case(_Asked(exchange.scenario, exchange.user, exchange.language, terms))


@lru_cache(maxsize=CASES)
def _case(asked: _Asked) -> tuple[Plan, tuple[TermView, ...]]:
    values, weights, gates = {}, {}, {}
    still_open: list[Use] = []
    views: dict[tuple[str, ...], TermView] = {}
    places: dict[tuple[str, ...], int] = {}
    for term in asked.terms:
        if not term.is_for(asked.scenario.category):
            continue
        view = views.get(term.uses) or _view(asked, term)
        views[term.uses] = view
        score = _settle(term, view)
        weight = None if term.gate else term.weight_for(asked.user)
        if score is _OPEN:
            still_open.append((term, places.setdefault(term.uses, len(places)), weight))
        if weight is None:
            gates[term.name] = 1.0 if score is None or score is _OPEN else score.value
        elif score is not None:
            values[term.name], weights[term.name] = score.value, weight
    entries = (tuple(entry.items()) for entry in (values, weights, gates))
    return _plan(*entries, tuple(still_open)), tuple(map(views.__getitem__, places))


def _view(asked: _Asked, term: Term) -> TermView:
    scenario, user, language = asked.scenario, asked.user, asked.language
    try:
        return TermView.before(scenario, user, language, term.uses)
    except Exception as error:  # named and re-raised
        raise failure(error, term, [Exchange(scenario, user, "", language)]) from error


@lru_cache(maxsize=CASES)
def _plan(values: Entries, weights: Entries, gates: Entries, still_open: tuple[Use, ...]) -> Plan:
    """One plan for all cases that are alike: many are, and few fit a processor's cache."""
    at_once = tuple(_open(*use) for use in still_open if not use[0].is_deferred)
    deferred = tuple(use for use in still_open if use[0].is_deferred)
    return Plan(dict(values), dict(weights), dict(gates), at_once, deferred)


def _open(term: Term, place: int, weight: float | None) -> Open:
    values = term.values if term.is_limited else None
    return Open(term, term.function, term.name, place, weight, values)


_OPEN = Score(0.0)


def _settle(term: Term, view: TermView) -> Score | None:
    """What a term of the library says before there is a reply; ``_OPEN`` if it reads the reply."""
    if not term.builtin or term.is_deferred:  # may be impure, or slow
        return _OPEN
    try:
        result = term.function(view)
        score = None if result is None else as_score(term, result)
    except Exception:  # there is no reply to read; what is broken breaks again, and is named, later
        return _OPEN
    return _OPEN if score is not None and score.reasons else score
