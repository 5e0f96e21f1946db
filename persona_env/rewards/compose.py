r"""How terms become one reward.

.. math:: R = \prod_g G_g \cdot \frac{\sum_d w_{u,d}\, s_d}{\sum_d w_{u,d}} \in [0, 1]

with gates :math:`G_g` and terms :math:`s_d` in [0, 1], and weights :math:`w_{u,d} \ge 0`.

- What everybody wants (true facts, safety, kept secrets, readable text) is a **gate**: it can only
  take away. What *this* user wants is a **term**.
- ``None`` means 'does not apply': a term leaves both sums, and the verdict; a gate counts as 1. So
  a score of 0 is always one that was given.
- Without a term that applies and has weight, the mean is 1: the gates alone decide.
- What is read of a reply is what the user sees of it (:mod:`persona_env.text.visible`); reasons
  point into the reply as it was written.
- An exception in a term is an error that names the term, never a number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import prod
from operator import mul
from typing import NamedTuple

from persona_env.reading.reader import Ask
from persona_env.rewards.deferred import ask
from persona_env.rewards.exchange import Exchange, TermView, Turn, with_reply
from persona_env.rewards.facts import Term
from persona_env.rewards.plan import Plan, case_of
from persona_env.rewards.results import as_score, failure
from persona_env.rewards.term import Reason, Score

SHUT = 0.995
"""A gate below it takes away what two digits of a reward show."""


class Verdict(NamedTuple):
    """A reward and everything that made it; all dicts have the order of the terms.

    ``terms`` and ``weights`` hold the terms that apply to this exchange, ``gates`` all gates.
    ``weighed`` is the weight of all that applies, with 1 for each gate. ``unread`` has the terms
    and gates that nobody could read in whole, each with the share that is unread, in (0, 1].
    """

    reward: float
    terms: dict[str, float]
    weights: dict[str, float]
    gates: dict[str, float]
    reasons: dict[str, tuple[Reason, ...]]
    weighed: float = 0.0
    unread: Mapping[str, float] = {}

    @property
    def coverage(self) -> float:
        """The share of the weight that was read, in [0, 1].

        Below 1, a part of the reward stands for what nobody could tell.
        """
        if not self.unread:
            return 1.0
        lost = sum(self.weights.get(name, 1.0) * share for name, share in self.unread.items())
        return 1 - lost / self.weighed if lost else 1.0

    def copy(self) -> Verdict:
        """An equal verdict with dicts of its own."""
        entries = (dict(self.terms), dict(self.weights), dict(self.gates), dict(self.reasons))
        return Verdict(self.reward, *entries, self.weighed, dict(self.unread))

    def info(self) -> dict[str, object]:
        """The entries of a step's ``info``, in fresh dicts."""
        return {
            "reward_terms": self.terms.copy(),
            "reward_weights": self.weights.copy(),
            "reward_gates": self.gates.copy(),
            "reward_reasons": {name: list(reasons) for name, reasons in self.reasons.items()},
            "reward_unread": dict(self.unread),
            "reward_coverage": self.coverage,
        }

    def __str__(self) -> str:
        """What the command line shows: the reward, terms, and gates that take something away.

        Quotes nothing of the reply and names no user; ``repr`` holds all there is.

        >>> print(Verdict(0.5, {"mood": 0.5}, {"mood": 2.0}, {"facts": 1.0}, {}))
        reward    0.500
          term mood 0.50: no reason is given (weight 2)
        """
        from persona_env.rewards.explain import verdict_text

        return verdict_text(self)

    def _repr_html_(self) -> str:
        """What a notebook shows: a table of terms and gates, with reasons."""
        from persona_env.rewards.html import verdict_html

        return verdict_html(self)


def judge(exchange: Exchange, terms: tuple[Term, ...]) -> Verdict:
    """Score one exchange with these terms and gates."""
    if not terms:
        return unjudged()
    plan, before = case_of(exchange, terms)
    verdict = _at_once(exchange, plan, before)
    if plan.deferred:
        return complete(exchange, terms, verdict, ask([exchange], terms)[0])
    return verdict


def _at_once(exchange: Exchange, plan: Plan, before: tuple[TermView, ...]) -> Verdict:
    """The verdict but for deferred terms, which it does not hold."""
    values, weights, gates = plan.values.copy(), plan.weights.copy(), plan.gates.copy()
    reasons: dict[str, tuple[Reason, ...]] = {}
    unread: dict[str, float] = {}
    weighed = 0.0
    views = with_reply(before, exchange)
    for term, function, name, place, weight, sure in plan.open:
        try:
            result = function(views[place])
            if result is None:
                if weight is not None:
                    del values[name], weights[name]
                continue
            if type(result) is Score and (sure is None or result.value in sure):
                score = result
            else:
                score = as_score(term, result)
        except Exception as error:  # a broken term must never become a number
            raise failure(error, term, [exchange]) from error
        if score.reasons:
            reasons[name] = _in_reply(exchange, score.reasons)
        if weight is None:
            gates[name] = score.value
            weighed += 1.0
        else:
            values[name], weights[name] = score.value, weight
        if score.read != 1.0:
            unread[name] = 1.0 - score.read
    for term, _, weight in plan.deferred:
        if weight is not None:
            del values[term.name], weights[term.name]
    worth = _combined(values.values(), weights.values(), gates.values())
    weighed += sum(weights.values())
    return Verdict(worth, values, weights, gates, reasons, weighed, unread)


def _in_reply(exchange: Exchange, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """The same reasons, with spans into the reply as it was written."""
    seen = exchange.seen
    if not seen.shifts:
        return reasons
    spans = (seen.to_original((reason.start, reason.end)) for reason in reasons)
    return tuple(
        reason._replace(start=start, end=end)
        for reason, (start, end) in zip(reasons, spans, strict=True)
    )


def complete(
    exchange: Exchange,
    terms: tuple[Term, ...],
    verdict: Verdict,
    scores: Mapping[str, Score | None],
) -> Verdict:
    """A verdict without deferred terms, with what these say (:func:`ask`)."""
    plan, _ = case_of(exchange, terms)
    values, weights = dict(verdict.terms), dict(verdict.weights)
    gates, reasons = plan.gates | verdict.gates, dict(verdict.reasons)
    weighed, unread = verdict.weighed, dict(verdict.unread)
    for term, _, weight in plan.deferred:
        score = scores[term.name]
        if score is None:
            continue
        if score.reasons:
            reasons[term.name] = _in_reply(exchange, score.reasons)
        if weight is None:
            gates[term.name] = score.value
        else:
            values[term.name], weights[term.name] = score.value, weight
        weighed += 1.0 if weight is None else weight
        if score.read != 1.0:
            unread[term.name] = 1.0 - score.read
    worth = _combined(values.values(), weights.values(), gates.values())
    names = [term.name for term in terms]
    values = {name: values[name] for name in names if name in values}
    weights = {name: weights[name] for name in values}
    reasons = {name: reasons[name] for name in names if name in reasons}
    unread = {name: unread[name] for name in names if name in unread}
    return Verdict(worth, values, weights, gates, reasons, weighed, unread)


def judge_all(exchanges: Iterable[Exchange], terms: tuple[Term, ...]) -> list[Verdict]:
    """The verdicts of a batch, in its order: ``[judge(e, terms) for e in exchanges]``.

    A reply that occurs again in the same case is scored once; batched terms are called once.
    """
    return list(judge_each(exchanges, terms))


def judge_each(exchanges: Iterable[Exchange], terms: tuple[Term, ...]) -> Iterator[Verdict]:
    """:func:`judge_all` one by one: nothing is taken or scored before it is asked for.

    With deferred terms, or readers that read many replies at once, all exchanges are taken first.
    """
    batching = {id(t.readers): t.readers for t in terms if t.readers and t.readers.batches}
    if batching:
        exchanges = list(exchanges)
        for readers in batching.values():
            readers.read_all([ask_about(one) for one in exchanges])
    if any(term.is_deferred for term in terms):
        yield from _together(list(exchanges), terms)
        return
    # An entry holds its exchange: what the key names by id() must not be replaced by another.
    known: dict[Key, tuple[Exchange, Verdict]] = {}
    for one in exchanges:
        key = _key(one)
        found = known.get(key)
        if found is None:
            known[key] = found = one, judge(one, terms)
            yield found[1]
        else:
            yield found[1].copy()


def ask_about(one: Exchange) -> Ask:
    """What a reader is shown of an exchange: nothing of the user."""
    return Ask(one.scenario, one.language, one.seen.text, one.transcript)


def _together(exchanges: Sequence[Exchange], terms: tuple[Term, ...]) -> Iterator[Verdict]:
    different, places = distinct(exchanges)
    scores = ask(different, terms)
    verdicts = [
        complete(one, terms, _at_once(one, *case_of(one, terms)), said)
        for one, said in zip(different, scores, strict=True)
    ]
    return (verdicts[place].copy() for place in places)


Key = tuple[int, int, str, str, tuple[Turn, ...]]


def _key(exchange: Exchange) -> Key:
    """Equal of equal exchanges, as long as these are held."""
    scenario, user, reply, language, transcript = exchange
    return id(scenario), id(user), language, reply, transcript


def distinct(exchanges: Sequence[Exchange]) -> tuple[list[Exchange], list[int]]:
    """Each different exchange once, and for each of all its place among these."""
    places: dict[Key, int] = {}
    found = [places.setdefault(_key(one), len(places)) for one in exchanges]
    by_place = dict(zip(found, exchanges, strict=True))
    return [by_place[place] for place in range(len(places))], found


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
