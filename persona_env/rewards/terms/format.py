"""Prose, bullets or numbered steps."""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import formatting
from persona_env.rewards.exchange import TermView
from persona_env.rewards.expectations import ANSWER_FIELDS, in_full_answers
from persona_env.rewards.term import Reason, Score, noted, reward_term
from persona_env.text.spans import READINGS
from persona_env.users.description import preference_words

ITEMS = 2  # a list has at least two items
_WISH = in_full_answers("format")


@reward_term(
    uses=("preferences.format", *ANSWER_FIELDS),
    weight="format",
    values=(0, 0.5, 1),
    validity="counting lines is exact",
)
def format(view: TermView) -> Score | None:
    """1 for the wanted form: two or more bullets, two or more numbered steps, or no list at all.

    A list of the other kind scores 0.5. Applies where a full answer is right and the scenario asks
    for no form of its own.
    """
    wish = view.once(_WISH)
    return None if wish is None else _score(view.reply, wish)


@lru_cache(maxsize=READINGS)
def _score(reply: str, wish: str) -> Score:
    found = formatting(reply)
    words = preference_words("format", wish)
    reasons = noted(found.bullets, "bullet", words) + noted(found.steps, "step", words)
    if wish == "prose":
        return Score(float(not reasons), reasons or (Reason(0, 0, "prose", words),))
    reasons = reasons or (Reason(0, 0, "prose", words),)
    wanted, other = (found.bullets, found.steps)[:: 1 if wish == "bullets" else -1]
    if len(wanted) >= ITEMS:
        return Score(1.0, reasons)
    return Score(0.5 if len(other) >= ITEMS else 0.0, reasons)
