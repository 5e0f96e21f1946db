"""The terms of quotes: whether what this user needs is read, and little else."""

from __future__ import annotations

from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, found, reward_term

from .gates import picked, picks_of
from .task import asked, best_picks, needed
from .wishes import USES, Task


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


@reward_term(uses=USES, weight=3.0, validity="exact")
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
