"""The one gate of its own: a question is no answer."""

from __future__ import annotations

from persona_env.detectors import questions
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Score, noted, reward_term

from .asking import kind_asked
from .draws import LATENT


@reward_term(gate=True, values=(0, 1), validity="matching words in questions is exact")
def answered(view: TermView) -> Score | None:
    """0 for a reply that asks how the user wants the answer, which is a question and no answer."""
    if view.scenario.category != LATENT.name:
        return None
    kind = kind_asked(view.reply)
    if kind is None:
        return None
    return Score(0.0, noted(questions(view.reply).spans, f"asks about {kind}", "an answer"))
