"""Gate: nothing is said twice."""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import asks_for, word_count
from persona_env.detectors import repetition as read_repetition
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Score, noted, reward_term
from persona_env.text.spans import READINGS

FREE = 0.1  # share of repeated words that costs nothing
SHORT = 10  # words below which a word or two may well return
REFRAINS = 0.5  # free where a text with refrains was asked for


@reward_term(gate=True, validity="counting is exact; see `persona_env.detectors.repetition`")
def repetition(view: TermView) -> Score | None:
    """1 up to a tenth of repeated words, then falling to 0 at six tenths.

    Below ten words, three tenths are free; where the user asks for a song, a poem or a prayer, a
    half, and 0 is at all. What counts as repeated allows for the length of the reply.
    """
    if view.scenario.reply_kind == "data":
        return None
    return _score(view.reply, asks_for(view.question, "refrains"))


@lru_cache(maxsize=READINGS)
def _score(reply: str, refrains: bool) -> Score | None:
    reading = read_repetition(reply)
    free = REFRAINS if refrains else FREE
    if reading.share <= (free if refrains or word_count(reply) >= SHORT else 3 * FREE):
        return None
    value = max(0.0, 1 - (reading.share - free) / 0.5)
    return Score(value, noted(reading.spans, f"{reading.share:.0%} of the words repeated"))
