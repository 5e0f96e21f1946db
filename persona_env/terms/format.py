"""Prose, bullets or numbered steps."""

from __future__ import annotations

from persona_env.detectors import formatting
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.situation import ANSWER_FIELDS, is_substantive

ITEMS = 2  # a list has at least two items


@reward_term(
    uses=("preferences.format", *ANSWER_FIELDS),
    weight="format",
)
def format(view: TermView) -> Score | None:
    """1 for the wanted form: two or more bullets, two or more numbered steps, or no list at all.

    Range {0, 0.5, 1}; a list of the other kind is worth 0.5. Applies where a full answer is right
    and the scenario asks for no form of its own. Counting lines is exact.
    """
    wish = view.target("format")
    own_form = view.scenario.category == "creative"
    if wish is None or own_form or not view.once(is_substantive):
        return None
    found = formatting(view.reply)
    reasons = tuple(Reason(a, b, "bullet") for a, b in found.bullets)
    reasons += tuple(Reason(a, b, "step") for a, b in found.steps)
    if wish == "prose":
        return Score(float(not reasons), reasons)
    wanted, other = (found.bullets, found.steps)[:: 1 if wish == "bullets" else -1]
    if len(wanted) >= ITEMS:
        return Score(1.0, reasons)
    return Score(0.5 if len(other) >= ITEMS else 0.0, reasons)
