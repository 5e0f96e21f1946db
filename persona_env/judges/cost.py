"""What a judge cost, and what it could not read."""

from __future__ import annotations

from dataclasses import dataclass

from persona_env.endpoints import Cost


@dataclass
class JudgeCost(Cost):
    """Counts of a judge's work so far.

    ``asked`` are questions that were put to the model, ``replayed`` those that a record answered;
    ``failures`` counts unread fields by reason.
    """

    replayed: int = 0

    def __str__(self) -> str:
        """One line.

        >>> print(JudgeCost(asked=2, calls=3, retries=1, tokens_in=900, tokens_out=120))
        2 asked in 3 calls (1 repeated), 0 replayed; 900 tokens in, 120 out; nothing failed
        """
        failed = f"fields unread: {self.failed}" if self.failed else "nothing failed"
        return f"{self.work}, {self.replayed} replayed; {self.tokens}; {failed}"
