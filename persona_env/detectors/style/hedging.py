"""Words that make a claim weaker."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from persona_env.text.lexicon import hits
from persona_env.text.spans import READINGS, Span, word_count


class HedgeReading(NamedTuple):
    """Hedges per hundred words, in [0, 100], and where they stand."""

    per_hundred: float
    spans: tuple[Span, ...]


@lru_cache(maxsize=READINGS)
def hedging(text: str) -> HedgeReading:
    """Reads hedges ('might', 'perhaps', 'tends to', 'quizá', '可能') and their rate.

    A rate, not a yes or no: nearly every reply of some length holds one. 'Should' and 'feel' are
    left out: they direct and share. Validity: RBR 'conditional verbiage', development half (351
    replies): the rate reaches AUROC 0.70 only, as general hedge lists do.

    >>> hedging("It might rain, perhaps.").per_hundred
    50.0
    """
    spans = hits(text, "hedge")
    return HedgeReading(min(100.0, 100 * len(spans) / max(1, word_count(text))), spans)
