"""Gate: no stock phrases, no over-apology."""

from __future__ import annotations

from persona_env.detectors import apology
from persona_env.detectors import boilerplate as read_boilerplate
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term

EACH = 0.2
FLOOR = 0.4


@reward_term(weight=1.0, gate=True)
def boilerplate(view: TermView) -> Score | None:
    """0.2 less for each stock phrase and for excessive apology, down to 0.4.

    Range [0.4, 1]. Rates of stock phrases differ a hundredfold between models. Proxy.
    """
    stock = read_boilerplate(view.reply).spans
    sorry = apology(view.reply)
    reasons = tuple(Reason(a, b, "stock phrase") for a, b in stock)
    if sorry.excessive:
        reasons += tuple(Reason(a, b, "over-apology") for a, b in sorry.brief)
    count = len(stock) + sorry.excessive
    return Score(max(FLOOR, 1 - EACH * count), reasons) if count else None
