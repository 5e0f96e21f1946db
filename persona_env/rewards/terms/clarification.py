"""An ambiguous request: ask back, or assume."""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import clarifying_question
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import ASKED
from persona_env.rewards.term import Score, found, reward_term
from persona_env.text.spans import READINGS


@reward_term(
    uses=("preferences.clarification",),
    values=(0, 0.5, 1),
    validity="question marks are exact (closing question: published F1 0.95 for '?')",
)
def clarification(view: TermView) -> Score | None:
    """Asking exactly one question when the user wants to be asked, none when not.

    Several questions score 0.5 for a user who wants one. Applies to ambiguous requests; elsewhere
    only to a question asked of a user who never wants any, which scores 0.
    """
    wish = view.once(_wish)
    return None if wish is None else _score(view.reply, *wish)


def _wish(view: TermView) -> tuple[str, bool] | None:
    """What the user wants, and whether the request is ambiguous; ``None`` if it does not apply."""
    wish, ambiguous = view.target("clarification"), view.scenario.is_ambiguous
    return (wish, ambiguous) if wish == "assume" or (wish and ambiguous) else None


@lru_cache(maxsize=READINGS)
def _score(reply: str, wish: str, ambiguous: bool) -> Score | None:
    questions = clarifying_question(reply).spans
    reasons = found(questions, "asks", "asks nothing back", ASKED[wish])
    if not ambiguous and not questions:
        return None
    if wish == "assume":
        return Score(float(not questions), reasons)
    return Score({0: 0.0, 1: 1.0}.get(len(questions), 0.5), reasons)
