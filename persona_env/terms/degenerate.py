"""Gate: the reply is text, not noise."""

from __future__ import annotations

from functools import lru_cache

from persona_env.detectors import garble, shouting, words
from persona_env.exchange import TermView
from persona_env.rewards.term import Reason, Score, reward_term
from persona_env.scenario import ScenarioText

FREE = 0.03
GONE = 0.25
MOST = 0.5


@reward_term(weight=1.0, gate=True)
def degenerate(view: TermView) -> Score | None:
    """0 for an empty reply; 1 up to 3 % of garbled words, falling to 0 at 25 %.

    Times 1 less the share of words in runs of capitals, or 0 if these are most of the reply.
    Words of the prompt and the scenario are known. Range [0, 1]. Fluent nonsense made of known
    words passes: training also needs the likelihood under the starting policy. Proxy.
    """
    if view.scenario.call is not None:  # no prose: its own term reads it
        return None
    if not view.reply.strip():
        return Score(0.0, (Reason(0, len(view.reply), "empty"),))
    reading = garble(view.reply, known=view.once(_known_words))
    loud = shouting(view.reply, known=view.once(_known_words))
    if reading.share <= FREE and not loud.spans:
        return None
    value = min(1.0, max(0.0, 1 - (reading.share - FREE) / (GONE - FREE)))
    reasons = [Reason(a, b, "garbled") for a, b in reading.spans]
    reasons += [Reason(a, b, "shouted") for a, b in loud.spans]
    return Score(value * (1 - loud.share if loud.share <= MOST else 0.0), tuple(reasons))


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
