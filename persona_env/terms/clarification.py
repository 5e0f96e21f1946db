"""An ambiguous request: ask back, or assume."""

from __future__ import annotations

from persona_env.detectors import clarifying_question
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term


@reward_term(uses=("preferences.clarification",))
def clarification(view: TermView) -> Score | None:
    """Asking exactly one question when the user wants to be asked, none when not.

    Range {0, 0.5, 1}: several questions are worth 0.5 to who wants one. Applies to ambiguous
    requests; elsewhere only to a question asked of who never wants any, which is worth 0.
    Question marks are exact (closing question: published F1 0.95 for '?').
    """
    wish = view.target("clarification")
    ambiguous = view.scenario.category == "ambiguous"
    if wish is None or (wish != "assume" and not ambiguous):
        return None
    questions = clarifying_question(view.reply).spans
    reasons = tuple(Reason(a, b, "asks") for a, b in questions)
    if not ambiguous and not questions:
        return None
    if wish == "assume":
        return Score(float(not questions), reasons)
    return Score({0: 0.0, 1: 1.0}.get(len(questions), 0.5), reasons)
