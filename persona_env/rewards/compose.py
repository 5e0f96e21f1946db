r"""How terms become one reward.

.. math:: R = \prod_g G_g \cdot \frac{\sum_d w_{u,d}\, s_d}{\sum_d w_{u,d}} \in [0, 1]

with gates :math:`G_g` and terms :math:`s_d` in [0, 1], and weights :math:`w_{u,d} \ge 0`.

- What everybody wants (true facts, safety, kept secrets, readable text) is a **gate**: it can only
  take away. What *this* user wants is a **term**.
- ``None`` means 'does not apply': a term leaves both sums, a gate counts as 1. In ``info`` such an
  entry has value 0 and weight 0 (a term) or value 1 (a gate).
- Without a term that applies and has weight, the mean is 1: the gates alone decide.
- An exception in a term is an error that names the term, never a number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from math import prod
from operator import mul
from typing import NamedTuple

from persona_env.errors import PersonaEnvError, RewardError
from persona_env.rewards.exchange import Exchange, TermView, with_reply
from persona_env.rewards.term import Reason, Score, Term, TermFunction
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile

CASES = 4096
"""How many (scenario, user, language) are remembered with what holds for every reply to them."""


class Verdict(NamedTuple):
    """A reward and everything that made it; all dicts have the order of the terms."""

    reward: float
    terms: dict[str, float]
    weights: dict[str, float]
    gates: dict[str, float]
    reasons: dict[str, tuple[Reason, ...]]

    def copy(self) -> Verdict:
        """An equal verdict with dicts of its own."""
        entries = (dict(self.terms), dict(self.weights), dict(self.gates), dict(self.reasons))
        return Verdict(self.reward, *entries)

    def info(self) -> dict[str, object]:
        """The entries of a step's ``info``, in fresh dicts."""
        return {
            "reward_terms": self.terms.copy(),
            "reward_weights": self.weights.copy(),
            "reward_gates": self.gates.copy(),
            "reward_reasons": {name: list(reasons) for name, reasons in self.reasons.items()},
        }


def judge(exchange: Exchange, terms: tuple[Term, ...]) -> Verdict:
    """Score one exchange with these terms and gates."""
    if not terms:
        return unjudged()
    plan, before = _case(_Asked(exchange.scenario, exchange.user, exchange.language, terms))
    values, weights, gates = plan.values.copy(), plan.weights.copy(), plan.gates.copy()
    reasons: dict[str, tuple[Reason, ...]] = {}
    views = with_reply(before, exchange.reply, exchange.transcript)
    for term, function, name, view, weight in plan.open:
        try:
            result = function(views[view])
            if result is None:
                continue
            score = result if type(result) is Score else _score(result)
        except Exception as error:  # a broken term must never become a number
            raise _named(error, term, exchange.scenario, exchange.user) from error
        if score.reasons:
            reasons[name] = score.reasons
        if weight is None:
            gates[name] = score.value
        else:
            values[name], weights[name] = score.value, weight
    worth = _combined(values.values(), weights.values(), gates.values())
    return Verdict(worth, values, weights, gates, reasons)


def judge_all(exchanges: Iterable[Exchange], terms: tuple[Term, ...]) -> list[Verdict]:
    """The verdicts of a batch, in its order: ``[judge(e, terms) for e in exchanges]``.

    A reply that occurs again in the same case is scored once.
    """
    return list(judge_each(exchanges, terms))


def judge_each(exchanges: Iterable[Exchange], terms: tuple[Term, ...]) -> Iterator[Verdict]:
    """:func:`judge_all` one by one: nothing is taken or scored before it is asked for."""
    known: dict[tuple[object, ...], Verdict] = {}
    for one in exchanges:
        key = (id(one.scenario), id(one.user), one.language, one.reply, one.transcript)
        found = known.get(key)
        if found is None:
            found = known[key] = judge(one, terms)
            yield found
        else:
            yield found.copy()


def unjudged() -> Verdict:
    """The verdict of no terms."""
    return Verdict(1.0, {}, {}, {}, {})


def combine(values: dict[str, float], weights: dict[str, float], gates: dict[str, float]) -> float:
    """The formula of this module.

    >>> combine({"tone": 1.0, "length": 0.5}, {"tone": 1.0, "length": 3.0}, {"facts": 0.5})
    0.3125
    >>> combine({}, {}, {"facts": 0.5})
    0.5
    """
    return _combined(values.values(), [weights[name] for name in values], gates.values())


def _combined(values: Iterable[float], weights: Collection[float], gates: Iterable[float]) -> float:
    """The same for numbers in one order."""
    total = sum(weights)
    mean = sum(map(mul, weights, values)) / total if total else 1.0
    return min(1.0, max(0.0, prod(gates, start=mean)))


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
Open = tuple[Term, TermFunction, str, int, float | None]
"""A term, its function, its name, the index of its view, and its weight, ``None`` of a gate."""


class _Plan(NamedTuple):
    """What holds whatever the reply: the settled entries, and the terms that read the reply."""

    values: dict[str, float]
    weights: dict[str, float]
    gates: dict[str, float]
    open: tuple[Open, ...]


@lru_cache(maxsize=CASES)
def _case(asked: _Asked) -> tuple[_Plan, tuple[TermView, ...]]:
    """What holds of all replies to a case, and the views by which its terms read one."""
    scenario, user = asked.scenario, asked.user
    values, weights, gates = {}, {}, {}
    still_open: list[Open] = []
    views: dict[tuple[str, ...], TermView] = {}
    places: dict[tuple[str, ...], int] = {}
    for term in asked.terms:
        if not term.is_for(scenario.category):
            continue
        if term.uses not in views:
            try:
                views[term.uses] = TermView.before(scenario, user, asked.language, term.uses)
            except Exception as error:  # named and re-raised
                raise _named(error, term, scenario, user) from error
        view = views[term.uses]
        score, weight = _settle(term, view), None if term.gate else term.weight_for(user)
        if score is _OPEN:
            place = places.setdefault(term.uses, len(places))
            still_open.append((term, term.function, term.name, place, weight))
            score = None
        if weight is None:
            gates[term.name] = 1.0 if score is None else score.value
        else:
            values[term.name] = 0.0 if score is None else score.value
            weights[term.name] = 0.0 if score is None else weight
    entries = (tuple(entry.items()) for entry in (values, weights, gates))
    return _plan(*entries, tuple(still_open)), tuple(map(views.__getitem__, places))


@lru_cache(maxsize=CASES)
def _plan(values: Entries, weights: Entries, gates: Entries, still_open: tuple[Open, ...]) -> _Plan:
    """One plan for all cases that are alike: many are, and few fit a processor's cache."""
    return _Plan(dict(values), dict(weights), dict(gates), still_open)


_OPEN = Score(0.0)


def _settle(term: Term, view: TermView) -> Score | None:
    """What a term of the library says before there is a reply; ``_OPEN`` if it reads the reply."""
    if not term.builtin:  # may be impure
        return _OPEN
    try:
        result = term.function(view)
        score = None if result is None else _score(result)
    except Exception:  # there is no reply to read; what is broken breaks again, and is named, later
        return _OPEN
    return _OPEN if score is not None and score.reasons else score


def _score(result: Score | float) -> Score:
    if isinstance(result, Score):
        return result
    if isinstance(result, int | float):
        return Score(result)
    raise TypeError(f"a term returns a Score, a number or None, not {type(result).__name__}")


def _named(error: Exception, term: Term, scenario: Scenario, user: UserProfile) -> PersonaEnvError:
    """The error with the name of the term in it."""
    if isinstance(error, PersonaEnvError):
        return type(error)(f"reward term {term.name!r}: {error}")
    return RewardError(
        f"reward term {term.name!r} failed on scenario {scenario.id!r}, "
        f"user {user.id!r}: {type(error).__name__}: {error}"
    )
