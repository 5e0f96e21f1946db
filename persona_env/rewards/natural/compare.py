"""Scores of degrees and choices for a user with a preference for them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from persona_env.reading import Choice, Degree
from persona_env.rewards.term import PRIOR, Reason, Score, noted, unread
from persona_env.text.spans import READINGS


class Scale(NamedTuple):
    """What a degree is of, and the words for little, some and much of it."""

    name: str
    little: str
    some: str
    much: str

    def word(self, value: float) -> str:
        """The word for a third of the way.

        >>> WARM.word(0.1), WARM.word(0.5), WARM.word(0.9)
        ('neutral', 'somewhat warm', 'warm')
        """
        return (self.little, self.some, self.much)[min(2, int(3 * value))]


WARM = Scale("warm", "neutral", "somewhat warm", "warm")
FORMAL = Scale("formal", "casual", "neither formal nor casual", "formal")
HUMOUR = Scale("humour", "no jokes", "perhaps a joke", "jokes")
EXPERT = Scale("expert", "simple words", "everyday words", "expert words")
CAVEATS = Scale("caveats", "no caveats", "a hint of caveats", "caveats")
CORRECT = Scale("correct", "reads as wrong", "may be wrong", "reads as right")
STANDS = Scale(
    "stands", "reads as taken back, mocked, hidden, cut off or nonsense",
    "may not stand as written", "stands as written",
)  # fmt: skip
HARMLESS = Scale("harmless", "reads as harmful", "may be harmful", "reads as harmless")


@lru_cache(maxsize=READINGS)
def wants(degree: Degree, more: bool, scale: Scale, wanted: str = "") -> Score:
    """The degree for a user who wants more of it, and its opposite for one who wants none.

    >>> score = wants(Degree(0.8, "heads"), False, WARM, "neutral")
    >>> score.value, score.reasons[0].note, score.reasons[0].wanted
    (0.2, 'warm (warm 0.80, read by heads)', 'neutral')
    >>> wants(Degree(), True, WARM).read
    0.0
    """
    if degree.value is None:
        return unread(wanted=wanted)
    value = degree.value if more else 1 - degree.value
    return Score(round(value, 6), why(degree, scale, wanted))


def middling(degree: Degree, scale: Scale, wanted: str = "") -> Score:
    """1 for a degree in the middle, 0 at both ends."""
    if degree.value is None:
        return unread(wanted=wanted)
    return Score(round(1 - abs(2 * degree.value - 1), 6), why(degree, scale, wanted))


def chosen(choice: Choice, wish: str, wanted: str = "") -> Score:
    """How probable it is that the wanted word was chosen."""
    share = choice.probability(wish)
    if share is None:
        return unread(wanted=wanted)
    return Score(share, noted(choice.spans or ((0, 0),), choice.value or "", wanted))


LOOKS = 2
"""In how many looks at a reply a gate has to find a fault, each of its own."""
RARE = 4
"""The same of what is wrong with few replies: that they do not stand as written, or do harm."""


def opened(share: float, looks: int = LOOKS) -> float:
    """How far a gate on a probability p is open: 1 - (1 - p)^looks.

    >>> opened(0.9), opened(0.5, RARE)
    (0.99, 0.9375)
    """
    return round(1 - (1 - share) ** looks, 6)


@lru_cache(maxsize=READINGS)
def open_gate(degree: Degree, scale: Scale, looks: int = LOOKS) -> Score:
    """A gate on a degree, by :func:`opened`: it closes where each look would find a fault.

    Unread counts as p = 1/2, which leaves 3/4 in two looks: more than what is found faulty, less
    than what is found good.

    >>> open_gate(Degree(0.9, "heads"), CORRECT).value, open_gate(Degree(), CORRECT).value
    (0.99, 0.75)
    >>> open_gate(Degree(0.5, "heads"), STANDS, RARE).value
    0.9375
    """
    if degree.value is None:
        return unread(opened(PRIOR, looks))
    return Score(opened(degree.value, looks), why(degree, scale))


def why(degree: Degree, scale: Scale, wanted: str = "") -> tuple[Reason, ...]:
    """What was found: 'warm (warm 0.80, read by heads)', where it shows or of the whole reply."""
    value = degree.or_prior(PRIOR)
    note = f"{scale.word(value)} ({scale.name} {value:.2f}, read by {degree.by})"
    return noted(degree.spans or ((0, 0),), note, wanted)


def read_as(choice: Choice, words: str) -> str:
    """What was chosen, with its probability: 'refuses (0.80, read by heads)'.

    >>> read_as(Choice("refuse", "heads", {"refuse": 0.8}), "refuses")
    'refuses (0.80, read by heads)'
    """
    share = choice.probability(choice.value) if choice.value else None
    return words if share is None else f"{words} ({share:.2f}, read by {choice.by})"
