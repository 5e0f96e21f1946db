"""Gate: the reply is text, not noise."""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import garble, words
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.scenario import ScenarioText

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
    reading = garble(view.reply, known=view.once(_known_words))
    if reading.share <= FREE:
        return None
    value = max(0.0, 1 - (reading.share - FREE) / (GONE - FREE))
    return Score(value, tuple(Reason(a, b, "garbled") for a, b in reading.spans))


def _known_words(view: TermView) -> frozenset[str]:
    return _words_of(view.texts)


@lru_cache(maxsize=4096)
def _words_of(texts: tuple[ScenarioText, ...]) -> frozenset[str]:
    parts = [part for text in texts for part in _parts(text)]
    return frozenset(part[start:end] for part in parts for start, end in words(part))


def _parts(text: ScenarioText) -> tuple[str, ...]:
    extra = (text.general, text.reason, text.alternative, text.care, text.both)
    more = (text.question, text.cannot, text.unknown)
    return (text.prompt, text.answer, *text.plain, *text.expert, *extra, *more)
