"""Scores of degrees and choices for a user with a preference for them."""

from __future__ import annotations

from persona_env.reading import Choice, Degree
from persona_env.rewards.term import PRIOR, Reason, Score, noted, unread


def wants(degree: Degree, more: bool, name: str) -> Score:
    """The degree for a user who wants more of it, and its opposite for one who wants none.

    >>> wants(Degree(0.8, "heads"), False, "warm").value
    0.2
    >>> wants(Degree(), True, "warm").read
    0.0
    """
    if degree.value is None:
        return unread()
    value = degree.value if more else 1 - degree.value
    return Score(round(value, 6), _why(degree, name))


def middling(degree: Degree, name: str) -> Score:
    """1 for a degree in the middle, 0 at both ends."""
    if degree.value is None:
        return unread()
    return Score(round(1 - abs(2 * degree.value - 1), 6), _why(degree, name))


def chosen(choice: Choice, *wanted: str) -> Score:
    """How probable it is that one of the wanted words was chosen."""
    share = choice.probability(*wanted)
    return unread() if share is None else Score(share, noted(choice.spans, choice.value or ""))


def open_gate(degree: Degree, name: str) -> Score:
    """A gate on a degree p: 1 - (1 - p)^2, which closes where two looks would both find a fault.

    Unread counts as p = 1/2, which leaves 3/4: more than what is found faulty, less than what is
    found good.

    >>> open_gate(Degree(0.9, "heads"), "correct").value, open_gate(Degree(), "correct").value
    (0.99, 0.75)
    """
    if degree.value is None:
        return unread(1 - (1 - PRIOR) ** 2)
    return Score(round(1 - (1 - degree.value) ** 2, 6), _why(degree, name))


def _why(degree: Degree, name: str) -> tuple[Reason, ...]:
    """What was found: 'warm 0.80, read by heads', where it shows or of the whole reply."""
    note = f"{name} {degree.value:.2f}, read by {degree.by}"
    return noted(degree.spans or ((0, 0),), note)
