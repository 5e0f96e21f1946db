"""What a judge cost, and what it could not read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from persona_env.judges.answers import Answer


@dataclass
class Cost:
    """Counts of a judge's work so far.

    ``asked`` are questions that were put to the model, ``replayed`` those that a record answered;
    ``calls`` are requests, retries with them. ``failures`` counts unread fields by reason.
    """

    asked: int = 0
    replayed: int = 0
    calls: int = 0
    retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, answer: Answer) -> None:
        """Count an answer of the model."""
        self.asked += 1
        self.tokens_in += answer.tokens_in
        self.tokens_out += answer.tokens_out

    def __str__(self) -> str:
        """One line.

        >>> print(Cost(asked=2, calls=3, retries=1, tokens_in=900, tokens_out=120))
        2 asked in 3 calls (1 repeated), 0 replayed; 900 tokens in, 120 out; nothing failed
        """
        failed = ", ".join(f"{n} {name}" for name, n in sorted(self.failures.items()))
        return (
            f"{self.asked} asked in {self.calls} calls ({self.retries} repeated), "
            f"{self.replayed} replayed; {self.tokens_in:,} tokens in, {self.tokens_out:,} out; "
            + (f"fields unread: {failed}" if failed else "nothing failed")
        )
