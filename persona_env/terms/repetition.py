"""Gate: nothing is said twice."""

from __future__ import annotations

from persona_env.detectors import repetition as read_repetition
from persona_env.detectors import word_count
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term

FREE = 0.1  # share of repeated words that costs nothing
SHORT = 10  # words below which a word or two may well return


@reward_term(weight=1.0, gate=True)
def repetition(view: TermView) -> Score | None:
    """1 up to a tenth of repeated words, then falling to 0 at six tenths.

    Below ten words, three tenths are free.
    Range [0, 1]. Counting is exact; see :func:`persona_env.detectors.repetition`.
    """
    if view.scenario.call is not None:
        return None
    reading = read_repetition(view.reply)
    if reading.share <= (FREE if word_count(view.reply) >= SHORT else 3 * FREE):
        return None
    value = max(0.0, 1 - (reading.share - FREE) / 0.5)
    return Score(value, tuple(Reason(a, b, "repeated") for a, b in reading.spans))
