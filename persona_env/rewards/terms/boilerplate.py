"""Gate: no stock phrases, no over-apology."""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import apology
from persona_env.detectors import boilerplate as read_boilerplate
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Score, noted, reward_term
from persona_env.text.spans import READINGS

EACH = 0.2
FLOOR = 0.4


@reward_term(gate=True, value_range=(0.4, 1), validity="proxy")
def boilerplate(view: TermView) -> Score | None:
    """0.2 less for each stock phrase and for excessive apology, down to 0.4.

    Rates of stock phrases differ a hundredfold between models.
    """
    return _score(view.reply)


@lru_cache(maxsize=READINGS)
def _score(reply: str) -> Score | None:
    stock = read_boilerplate(reply).spans
    sorry = apology(reply)
    reasons = noted(stock, "stock phrase")
    if sorry.excessive:
        reasons += noted(sorry.brief, "over-apology")
    count = len(stock) + sorry.excessive
    return Score(max(FLOOR, 1 - EACH * count), reasons) if count else None
