"""Gate: the reply is text, not noise."""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import (
    GarbleReading,
    ShoutingReading,
    asks_for,
    garble,
    may_be_garbled,
    order,
    shouting,
    words,
)
from persona_env.rewards.exchange import TermView
from persona_env.rewards.term import Reason, Score, noted, reward_term
from persona_env.scenarios.schema import ScenarioText
from persona_env.text.spans import READINGS
from persona_env.text.visible import marks_unseen

FREE = 0.03
GONE = 0.25
MOST = 0.5
ORDERLY = 0.02  # breaks a word; replies that people labelled have fewer
DISORDERED = 0.08
FEW_MARKS = 8  # without width: as many may come from a copied text ...
DENSE_MARKS = 0.2  # ... or so many for each character that is seen
ONE_BREAK = 0.5  # what a single break leaves


@reward_term(gate=True, validity="proxy")
def degenerate(view: TermView) -> Score | None:
    """0 for an empty reply, or one full of invisible marks; else a product of three.

    1 up to 3 % of garbled words, falling to 0 at 25 %. 1 less the share of words in runs of
    capitals, or 0 if these are most of the reply; what the user asks to have in capitals may be so.
    1 up to one break of the order of words in fifty, falling to 0 at one in twelve (a half, if
    there is one only). Words of the prompt and the scenario are known. Fluent nonsense made of
    known words passes, and so do made-up words that could be words: training also needs the
    likelihood under the initial policy.
    """
    if view.scenario.reply_kind == "data":  # no prose: its own term reads it
        return None
    marks = 0 if view.raw_reply == view.reply else marks_unseen(view.raw_reply)
    if marks > FEW_MARKS and marks > DENSE_MARKS * len(view.reply):
        return Score(0.0, (Reason(0, len(view.reply), "marks that nobody sees"),))
    if _is_sound(view.reply):
        return None
    if not view.reply.strip():
        return Score(0.0, (Reason(0, len(view.reply), "empty"),))
    known = view.once(_known_words)
    loud = shouting(view.reply, known)
    if loud.spans and asks_for(view.question, "capitals"):
        loud = ShoutingReading(0.0, ())
    return _score(view.reply, garble(view.reply, known), loud)


@lru_cache(maxsize=READINGS)
def _score(reply: str, reading: GarbleReading, loud: ShoutingReading) -> Score | None:
    broken = order(reply)
    if reading.share <= FREE and not loud.spans and broken.share <= ORDERLY:
        return None
    value = _falling(reading.share, FREE, GONE) * (1 - loud.share if loud.share <= MOST else 0.0)
    in_order = _falling(broken.share, ORDERLY, DISORDERED)
    value *= max(in_order, ONE_BREAK) if len(broken.spans) == 1 else in_order
    reasons = noted(reading.spans, "garbled") + noted(loud.spans, "shouted")
    return Score(value, reasons + noted(broken.spans, "in no order"))


def _falling(share: float, one: float, zero: float) -> float:
    return min(1.0, max(0.0, 1 - (share - one) / (zero - one)))


@lru_cache(maxsize=READINGS)
def _is_sound(reply: str) -> bool:
    """Whether there is nothing to find, whatever words are known: so it is for most replies."""
    if not reply.strip() or may_be_garbled(reply) or shouting(reply).spans:
        return False
    return order(reply).share <= ORDERLY


def _known_words(view: TermView) -> frozenset[str]:
    return _words_of(view.texts)


@lru_cache(maxsize=4096)
def _words_of(texts: tuple[ScenarioText, ...]) -> frozenset[str]:
    parts = [part for text in texts for part in _parts(text)]
    return frozenset(part[start:end] for part in parts for start, end in words(part))


def _parts(text: ScenarioText) -> tuple[str, ...]:
    extra = (text.general, text.reason, text.alternative, text.care, text.both)
    more = (text.question, text.cannot, text.unknown)
    return (text.prompt, *text.told, *extra, *more)
