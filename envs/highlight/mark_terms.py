"""The terms of marks: how honest they are, what is called reliable, and their form."""

from __future__ import annotations

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term

from .gates import losses, marks_of
from .marks import stated
from .task import asked, is_reliable
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
    lost, given = losses(case, marks), stated(marks, len(case.chances))
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
    threshold = case.wishes.threshold
    called = {m.number for m in marks_of(view).given if m.flag and m.number in case.numbers}
    due = {n for n in case.numbers if is_reliable(case.chances[n - 1], threshold)}
    gain, best = (sum(case.chances[n - 1] - threshold for n in each) for each in (called, due))
    wanted = f"reliable from {threshold:.0%} on"
    reasons = (Reason(0, 0, f"calls {sorted(called)} reliable of {sorted(due)}", wanted),)
    if best <= 0:
        return Score(float(not called - due), reasons)
    return Score(min(1.0, max(0.0, gain / best)), reasons)


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
