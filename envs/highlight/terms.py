"""The gates and terms of a reply on a document: how honest its marks are, and what is read."""

from __future__ import annotations

from collections.abc import Callable

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term

from .gates import highlight_inside, highlight_short, highlight_tells, marks_of, picks_of
from .mark_terms import honest_marks, mark_form, reliable_marks, word_language
from .quote_terms import needed_read, read_focus
from .task import Asked, asked
from .wishes import USES, Task


@reward_term(uses=USES, weight=1.0, validity="exact for sources that are named by letter")
def sources_named(view: TermView) -> Score | None:
    """The share of marks or quotes with exactly the sources that speak of the statement behind
    them; for a user who wants none named, the share without any."""
    case = asked(view)
    if case is None or case.wishes.sources is None:
        return None
    named = [*_named_by_marks(view, case)] if case.wishes.task is Task.MARK else _quotes(view, case)
    if not named:
        return None
    right: Callable[[frozenset[str], frozenset[str]], bool] = (
        (lambda said, due: said == due) if case.wishes.sources else (lambda said, due: not said)
    )
    good = sum(right(said, due) for said, due in named)
    wanted = "the sources behind each" if case.wishes.sources else "no sources"
    return Score(good / len(named), (Reason(0, 0, f"{good} of {len(named)}", wanted),))


Named = list[tuple[frozenset[str], frozenset[str]]]


def _named_by_marks(view: TermView, case: Asked) -> Named:
    marks = [mark for mark in marks_of(view).given if mark.number in case.numbers]
    return [(mark.sources, _speak_of(case, mark.number)) for mark in marks]


def _quotes(view: TermView, case: Asked) -> Named:
    found: Named = []
    for quote in picks_of(view, case).quotes:
        places = zip(case.numbers, case.document.statements, strict=True)
        inside = [n for n, words in places if {*words} & {*quote.words}]
        found.append((quote.sources, frozenset().union(*(_speak_of(case, n) for n in inside))))
    return found


def _speak_of(case: Asked, number: int) -> frozenset[str]:
    return frozenset(case.scenario.statements[number - 1].says)


OWN = (
    highlight_inside, highlight_tells, highlight_short, honest_marks, reliable_marks, needed_read,
    read_focus, mark_form, sources_named, word_language,
)  # fmt: skip
REPLACED = ("factuality", "padding", "boilerplate")
"""General gates whose place these take: a reply is marks or quotes, which other terms score."""
