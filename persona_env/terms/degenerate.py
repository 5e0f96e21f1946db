"""Gate: the reply is text, not noise."""

from __future__ import annotations

from persona_env.detectors import garble
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term

FREE = 0.03
GONE = 0.25


@reward_term(weight=1.0, gate=True)
def degenerate(view: TermView) -> Score | None:
    """0 for an empty reply; 1 up to 3 % of garbled words, falling to 0 at 25 %.

    Words of the prompt and the scenario are known. Range [0, 1]. Fluent nonsense made of known
    words passes: training also needs the likelihood under the starting policy. Proxy.
    """
    if not view.reply.strip():
        return Score(0.0, (Reason(0, len(view.reply), "empty"),))
    known = [part for text in view.texts for part in (text.prompt, text.answer, *text.plain)]
    known += [part for text in view.texts for part in (*text.expert, text.general, text.both)]
    reading = garble(view.reply, known=tuple(known))
    if reading.share <= FREE:
        return None
    value = max(0.0, 1 - (reading.share - FREE) / (GONE - FREE))
    return Score(value, tuple(Reason(a, b, "garbled") for a, b in reading.spans))
