"""The gates and terms of a reply on a document: how honest its marks are, and what is read."""

from __future__ import annotations

from collections.abc import Callable

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, found, reward_term

from .gates import (
    highlight_inside,
    highlight_short,
    highlight_tells,
    losses,
    marks_of,
    picked,
    picks_of,
    stated,
)
from .task import Asked, asked, best_picks, is_reliable, needed
from .wishes import USES, Form, Task
from .words import WORDS


@reward_term(uses=USES, weight=4.0, validity="exact, of an expected score")
def honest_marks(view: TermView) -> Score | None:
    """1 - (q - p)^2 for each statement, as a mean: q is stated, p follows from the sources.

    It is the expected Brier score, turned round and moved so that the best is 1 for every p; a
    statement without a mark, or with two that differ, has 0. For users who want marks.
    """
    case = asked(view, Task.MARK)
    if case is None:
        return None
    marks = marks_of(view)
    lost, given = losses(case, marks), stated(case, marks)
    spans = {mark.number: mark.span for mark in marks.given}
    reasons = [
        Reason(*spans.get(n, (0, 0)), _compared(n, given.get(n), case.chances[n - 1]))
        for n in case.numbers
    ]
    return Score(1 - sum(lost) / len(lost), tuple(reasons))


def _compared(number: int, said: float | None, chance: float) -> str:
    told = "no mark" if said is None else f"{said:.0%}"
    return f"statement {number}: {told}, honest is {chance:.0%}"


@reward_term(uses=USES, weight=2.0, validity="exact; the word for it is a list")
def reliable_marks(view: TermView) -> Score | None:
    """What is gained by acting on what is called reliable, of what could be gained.

    A right statement gains 1 - t and a wrong one costs t, so that calling it reliable pays from the
    user's threshold t on; the gains are expected ones. 0 for no gain. Where nothing is reliable, 1
    if nothing is called so.
    """
    case = asked(view, Task.MARK)
    if case is None or case.wishes.threshold is None:
        return None
    bar = case.wishes.threshold
    called = {m.number for m in marks_of(view).given if m.flag and m.number in case.numbers}
    due = {n for n in case.numbers if is_reliable(case.chances[n - 1], bar)}
    gain, best = (sum(case.chances[n - 1] - bar for n in each) for each in (called, due))
    wanted = f"reliable from {bar:.0%} on"
    reasons = (Reason(0, 0, f"calls {sorted(called)} reliable of {sorted(due)}", wanted),)
    if best <= 0:
        return Score(float(not called - due), reasons)
    return Score(min(1.0, max(0.0, gain / best)), reasons)


@reward_term(uses=USES, weight=4.0, validity="exact")
def needed_read(view: TermView) -> Score | None:
    """The statements worth reading that are quoted, of the most that there is time for.

    A statement is worth reading if it is on what the user reads about, and as reliable or doubtful
    as they want. For users who want quotes.
    """
    case = asked(view, Task.PICK)
    if case is None:
        return None
    picks, best = picks_of(view, case), best_picks(case)
    got = {*picked(case, picks)} & {*needed(case)}
    reasons = found(
        [quote.span for quote in picks.quotes], f"reads {sorted(got)}", "no quote",
        f"the statements {needed(case)}, as many as there is time for",
    )  # fmt: skip
    if not best:
        return Score(float(picks.nothing), reasons)
    return Score(min(1.0, len(got) / len(best)), reasons)


@reward_term(uses=USES, weight=2.0, validity="exact")
def read_focus(view: TermView) -> Score | None:
    """The share of the words quoted that belong to statements worth reading."""
    case = asked(view, Task.PICK)
    if case is None:
        return None
    words = picks_of(view, case).words
    if not words:
        return None
    due = {place for n in needed(case) for place in case.document.statements[n - 1]}
    share = len(words & due) / len(words)
    return Score(share, (Reason(0, 0, f"{share:.0%} of the words are worth reading"),))


@reward_term(uses=USES, weight=1.0, validity="exact")
def mark_form(view: TermView) -> Score | None:
    """The share of the marks in the form this user wants: percentages, or decimals."""
    case = asked(view, Task.MARK)
    marks = marks_of(view).given
    if case is None or case.wishes.form is None or not marks:
        return None
    wanted = case.wishes.form
    good = sum(mark.form is wanted or _either(mark.stated, wanted) for mark in marks)
    return Score(good / len(marks), (Reason(0, 0, f"{good} of {len(marks)}", wanted.value),))


def _either(value: float, wanted: Form) -> bool:
    """Whether a bare 0 or 1 may be meant: both are decimals as well."""
    return wanted is Form.DECIMALS and value in (0.0, 1.0)


@reward_term(uses=USES, weight=2.0, validity="exact for sources that are named by letter")
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


@reward_term(uses="preferences.language", weight=1.0, validity="exact for a list of words")
def word_language(view: TermView) -> Score | None:
    """The share of the words for 'reliable' in the language that this user wants of replies."""
    wanted = view.target("language")
    flags = [mark.flag for mark in marks_of(view).given if mark.flag]
    if wanted not in WORDS or not flags:
        return None
    own = {word.casefold() for word in WORDS[wanted]["reliable"]}
    good = sum(flag.casefold() in own for flag in flags)
    return Score(good / len(flags), (Reason(0, 0, f"{good} of {len(flags)}", wanted),))


OWN = (
    highlight_inside, highlight_tells, highlight_short, honest_marks, reliable_marks, needed_read,
    read_focus, mark_form, sources_named, word_language,
)  # fmt: skip
REPLACED = ("factuality", "padding", "boilerplate")
"""General gates whose place these take: a reply is marks or quotes, and their worth is known."""
