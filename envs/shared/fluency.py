"""Rules on the words of a reply that several environments share."""

from __future__ import annotations

from persona_env.detectors import language, order, repetition

DISORDER, ONE_BREAK = (0.02, 0.08), 0.5  # breaks of the order a word, and what one alone leaves
REPEATED = (0.3, 0.8)  # of the words
ENOUGH = 0.7  # of the words in the language that is due


def falling(value: float, one: float, zero: float) -> float:
    """1 up to ``one``, falling to 0 at ``zero``.

    >>> falling(15, 10, 20)
    0.5
    """
    return min(1.0, max(0.0, (zero - value) / (zero - one)))


def in_order(text: str) -> float:
    """1 for words in order, falling to 0 with the breaks of it."""
    broken = order(text)
    value = falling(broken.share, *DISORDER)
    return max(value, ONE_BREAK) if len(broken.spans) == 1 else value


def not_repeated(text: str) -> float:
    """1 while none of the words return again and again, falling to 0."""
    return falling(repetition(text).share, *REPEATED)


def in_language(text: str, due: str) -> float:
    """1 for a text with 70 % of its words in a language, or without words of any; falling to 0."""
    reading = language(text)
    if reading.main is None:
        return 1.0
    return min(1.0, dict(reading.shares).get(due, 0.0) / ENOUGH)
