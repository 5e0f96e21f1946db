"""Terms that are asked once for all replies of a step: batched ones, and ``async`` ones.

``async`` terms of one step run at the same time, in a loop of their own
(:mod:`persona_env.rewards.asynchronous`); meanwhile the other batched ones run here, one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from concurrent.futures import Future
from typing import NamedTuple, Self

from persona_env.rewards.exchange import Exchange, TermView, with_reply
from persona_env.rewards.facts import Term
from persona_env.rewards.plan import case_of
from persona_env.rewards.results import as_score, failure, refuse_awaitable
from persona_env.rewards.term import Score

Scores = list[Score | None]
Said = dict[str, Score | None]
"""What terms say of one exchange, by name."""


class Question(NamedTuple):
    """One exchange, its place among those that are asked about, and a term's view of it."""

    place: int
    exchange: Exchange
    view: TermView


Questions = Mapping[Term, list[Question]]


def ask(exchanges: Sequence[Exchange], terms: tuple[Term, ...]) -> list[Said]:
    """What the deferred ones of ``terms`` say of each exchange; see :class:`Asking`."""
    with Asking(exchanges, terms) as asking:
        return asking.said()


class Asking:
    """The deferred ones of ``terms``, while they are asked: ``async`` ones from now on.

    A batched term is called once, another ``async`` one once for each exchange. To leave the block
    cancels what still runs.
    """

    def __init__(self, exchanges: Sequence[Exchange], terms: tuple[Term, ...]) -> None:
        self._questions: dict[Term, list[Question]] = {}
        self._count = len(exchanges)
        for place, exchange in enumerate(exchanges):
            plan, before = case_of(exchange, terms)
            views = with_reply(before, exchange)
            for term, view, _ in plan.deferred:
                question = Question(place, exchange, views[view])
                self._questions.setdefault(term, []).append(question)
        waiting = {term: asked for term, asked in self._questions.items() if term.is_async}
        self._pending = _started(waiting) if waiting else None

    def said(self) -> list[Said]:
        """What the terms say of each exchange; calls those that are not ``async``.

        Raises :class:`RewardError`, with the name of the term, for an exception, a wrong number of
        scores, and what is no score.
        """
        found = {
            term: _called(term, asked)
            for term, asked in self._questions.items()
            if not term.is_async
        }
        if self._pending is not None:
            found |= self._pending.result()
        said: list[Said] = [{} for _ in range(self._count)]
        for term, scores in found.items():
            for question, score in zip(self._questions[term], scores, strict=True):
                said[question.place][term.name] = score
        return said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._pending is not None:
            self._pending.cancel()  # changes nothing, unless something failed or was interrupted


def _started(questions: Questions) -> Future[dict[Term, Scores]]:
    from persona_env.rewards.asynchronous import awaited, start  # asyncio takes a while to import

    return start(awaited(questions))


def _called(term: Term, asked: list[Question]) -> Scores:
    try:
        return scores_of(term, term.function([one.view for one in asked]), len(asked))
    except Exception as error:  # a broken term must never become a number
        raise failure(error, term, [one.exchange for one in asked]) from error


def scores_of(term: Term, results: object, count: int) -> Scores:
    """The scores in a batched term's result: a list, a tuple, an array or another iterable."""
    refuse_awaitable(results)
    if isinstance(results, str | bytes | Mapping | Set) or not isinstance(results, Iterable):
        kind = type(results).__name__
        raise TypeError(f"a batched term returns a list of {count} scores, not {kind}")
    scores = [None if one is None else as_score(term, one) for one in results]
    if len(scores) != count:
        raise TypeError(
            f"a batched term returns a score for each view, but {len(scores)} came for {count}"
        )
    return scores
