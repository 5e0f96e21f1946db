"""Gate: the reply speaks of the matter, not of itself."""

from __future__ import annotations

from persona_env.detectors import aside
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Score, noted, reward_term

FREE = 0.05
GONE = 0.4


@reward_term(gate=True, validity="proxy")
def padding(view: TermView) -> Score | None:
    """1 up to 5 % of the words in asides, falling to 0 at 40 %.

    Asides praise the reply, plead with its judge, recite or flatter the user, or are piles of
    hedges: what a reply can add without saying anything. Other sentences beside the matter pass.
    """
    reading = aside(view.reply)
    if reading.share <= FREE:
        return None
    value = max(0.0, 1 - (reading.share - FREE) / (GONE - FREE))
    return Score(value, noted(reading.spans, f"{reading.share:.0%} beside the matter"))
