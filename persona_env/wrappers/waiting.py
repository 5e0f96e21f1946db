"""How long users like to wait: a preference for first text early, or for the complete answer soon.

The thresholds are the response-time limits of usability research (Nielsen, *Usability Engineering*,
1993, ch. 5): up to 1 second a user's thought is not interrupted, and at 10 seconds attention goes
elsewhere. That a complete answer may take up to a minute is an assumption.
"""

from __future__ import annotations

from typing import Literal, get_args

from persona_env.arguments import choice

Waiting = Literal["early", "complete"]
FIELD = "extensions.waiting"
"""Where a profile states it; a preference."""

FIRST = (1.0, 10.0)  # seconds until the first text: all is well, nothing is left
DONE = (10.0, 60.0)  # seconds until the answer is complete


def falling(seconds: float, limits: tuple[float, float]) -> float:
    """1 up to the first limit, 0 from the second one, and a line in between; in [0, 1].

    >>> falling(1.0, FIRST), falling(5.5, FIRST), falling(60.0, FIRST)
    (1.0, 0.5, 0.0)
    """
    well, lost = limits
    return min(1.0, max(0.0, (lost - seconds) / (lost - well)))


def waiting_score(preference: Waiting, first: float, done: float) -> float:
    """What waiting is like for a user of this preference, in [0, 1].

    Parameters
    ----------
    preference:
        ``"early"``: the first text counts; ``"complete"``: the whole answer does.
    first, done:
        Seconds until the user sees the first text, and all of it.

    >>> waiting_score("early", 1.0, 50.0), waiting_score("complete", 1.0, 35.0)
    (1.0, 0.5)
    """
    return falling(first, FIRST) if preference == "early" else falling(done, DONE)


def check_waiting(preference: object) -> Waiting | None:
    """A profile's value of :data:`FIELD`, or ``None`` for none.

    Raises :class:`~persona_env.errors.ArgumentError` for any other value.
    """
    if preference is None:
        return None
    choice(FIELD, preference, get_args(Waiting))
    return "early" if preference == "early" else "complete"
