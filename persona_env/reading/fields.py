"""What a reader wrote down of a reply: a degree, a choice, or nothing ('unread')."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from persona_env.text.spans import Span


class Degree(NamedTuple):
    """How far something holds, in [0, 1]; ``value`` is ``None`` where nobody could tell.

    ``by`` names the reader (``"rules"``, ``"heads"``, ``"probes"``, ``"judge"``); ``spans`` are
    where it shows in the reply, if that is known.

    >>> Degree(0.9, "heads").is_read, UNREAD.is_read
    (True, False)
    """

    value: float | None = None
    by: str = ""
    spans: tuple[Span, ...] = ()

    @property
    def is_read(self) -> bool:
        """Whether a reader could tell."""
        return self.value is not None

    def or_prior(self, prior: float) -> float:
        """The value, or ``prior`` where nobody could tell."""
        return prior if self.value is None else self.value


class Choice(NamedTuple):
    """One of several words; ``value`` is ``None`` where nobody could tell.

    ``probabilities`` are those of all words, as far as the reader gives them.
    """

    value: str | None = None
    by: str = ""
    probabilities: Mapping[str, float] = {}
    spans: tuple[Span, ...] = ()

    @property
    def is_read(self) -> bool:
        """Whether a reader could tell."""
        return self.value is not None

    def probability(self, *words: str) -> float | None:
        """How probable one of these words is; ``None`` where nothing was read.

        >>> act = Choice("refuse", "heads", {"refuse": 0.7, "partly": 0.2})
        >>> act.probability("refuse", "partly")
        0.9
        >>> Choice("refuse", "judge").probability("answer")
        0.0
        """
        if self.value is None:
            return None
        known = self.probabilities or {self.value: 1.0}
        return round(min(1.0, sum(known.get(word, 0.0) for word in words)), 9)


UNREAD = Degree()
UNCHOSEN = Choice()
