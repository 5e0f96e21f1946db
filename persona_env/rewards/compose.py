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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat

from persona_env.reading.reader import Ask, Readers
from persona_env.rewards.deferred import ask
from persona_env.rewards.draft import Draft, at_once, in_reply
from persona_env.rewards.exchange import Exchange, Turn
from persona_env.rewards.facts import Term
from persona_env.rewards.plan import case_of
from persona_env.rewards.term import Score
from persona_env.rewards.verdict import Verdict, combined, unjudged


def judge(exchange: Exchange, terms: tuple[Term, ...]) -> Verdict:
    """Score one exchange with these terms and gates."""
    if not terms:
        return unjudged()
    draft = Draft(exchange, terms)
    for use in draft.plan.open:
        draft.take(use)
    if draft.plan.deferred:
        return complete(exchange, terms, draft.verdict(), ask([exchange], terms)[0])
    return draft.verdict()


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
            reasons[term.name] = in_reply(exchange.seen, score.reasons)
        if weight is None:
            gates[term.name] = score.value
        else:
            values[term.name], weights[term.name] = score.value, weight
        weighed += 1.0 if weight is None else weight
        if score.read != 1.0:
            unread[term.name] = 1.0 - score.read
    worth = combined(values.values(), weights.values(), gates.values())
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

    With deferred terms, or readers that read many replies at once, all exchanges are taken first,
    and scored term by term.
    """
    readers = {id(t.readers): t.readers for t in terms if t.readers and t.readers.batches}
    if readers or any(term.is_deferred for term in terms):
        yield from _together(list(exchanges), terms, readers.values())
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


def _together(
    exchanges: Sequence[Exchange], terms: tuple[Term, ...], readers: Iterable[Readers]
) -> Iterator[Verdict]:
    different, places = distinct(exchanges)
    for each in readers:
        each.read_all([ask_about(one) for one in different])
    verdicts = at_once(different, terms)
    if any(term.is_deferred for term in terms):
        said = ask(different, terms)
        verdicts = map(complete, different, repeat(terms), verdicts, said)
    found = [*verdicts]
    return (found[place].copy() for place in places)


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
