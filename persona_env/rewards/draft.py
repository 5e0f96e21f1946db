"""Verdicts in the making: what their terms say, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from persona_env.rewards.exchange import Exchange, with_reply
from persona_env.rewards.facts import Term
from persona_env.rewards.plan import Open, case_of
from persona_env.rewards.results import as_score, failure
from persona_env.rewards.term import Reason, Score
from persona_env.rewards.verdict import Verdict, combined
from persona_env.text.visible import Visible


class Draft:
    """A verdict in the making, but for deferred terms, which it does not hold."""

    __slots__ = (
        "exchange", "gates", "plan", "reasons", "seen", "unread", "values", "views", "weighed",
        "weights",
    )  # fmt: skip

    def __init__(self, exchange: Exchange, terms: tuple[Term, ...]) -> None:
        self.plan, before = case_of(exchange, terms)
        self.exchange, self.seen = exchange, exchange.seen
        self.values, self.weights = self.plan.values.copy(), self.plan.weights.copy()
        self.gates = self.plan.gates.copy()
        self.reasons: dict[str, tuple[Reason, ...]] = {}
        self.unread: dict[str, float] = {}
        self.weighed = 0.0
        self.views = with_reply(before, exchange)

    def take(self, use: Open) -> None:
        """Take in what a term says."""
        term, function, name, place, weight, sure = use
        try:
            result = function(self.views[place])
            if result is None:
                if weight is not None:
                    del self.values[name], self.weights[name]
                return
            if type(result) is Score and (sure is None or result.value in sure):
                score = result
            else:
                score = as_score(term, result)
        except Exception as error:  # a broken term must never become a number
            raise failure(error, term, [self.exchange]) from error
        if score.reasons:
            self.reasons[name] = in_reply(self.seen, score.reasons)
        if weight is None:
            self.gates[name] = score.value
            self.weighed += 1.0
        else:
            self.values[name], self.weights[name] = score.value, weight
        if score.read != 1.0:
            self.unread[name] = 1.0 - score.read

    def verdict(self) -> Verdict:
        """What came of it."""
        values, weights, gates = self.values, self.weights, self.gates
        for term, _, weight in self.plan.deferred:
            if weight is not None:
                del values[term.name], weights[term.name]
        worth = combined(values.values(), weights.values(), gates.values())
        weighed = self.weighed + sum(weights.values())
        return Verdict(worth, values, weights, gates, self.reasons, weighed, self.unread)


TOGETHER = 128
"""Exchanges that are scored together, by each term before the next: what it reads by stays in the
processor's cache. They are so few that nothing remembered of them is forgotten."""


def at_once(exchanges: Sequence[Exchange], terms: tuple[Term, ...]) -> Iterator[Verdict]:
    """The verdicts but for deferred terms, :data:`TOGETHER` at a time."""
    for start in range(0, len(exchanges), TOGETHER):
        drafts = [Draft(one, terms) for one in exchanges[start : start + TOGETHER]]
        asked: dict[Term, list[tuple[Draft, Open]]] = {term: [] for term in terms}
        for draft in drafts:
            for use in draft.plan.open:
                asked[use.term].append((draft, use))
        for uses in asked.values():
            for draft, use in uses:
                draft.take(use)
        yield from (draft.verdict() for draft in drafts)


def in_reply(seen: Visible, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """The same reasons, with spans into the reply as it was written."""
    if not seen.shifts:
        return reasons
    spans = (seen.to_original((reason.start, reason.end)) for reason in reasons)
    return tuple(
        reason._replace(start=start, end=end)
        for reason, (start, end) in zip(reasons, spans, strict=True)
    )
