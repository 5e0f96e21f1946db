"""What asking an endpoint cost, and what failed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from persona_env.endpoints.client import Response
from persona_env.errors import counted


class Used(Protocol):
    """An answer with the tokens that it took."""

    @property
    def tokens_in(self) -> int: ...  # noqa: D102

    @property
    def tokens_out(self) -> int: ...  # noqa: D102


@dataclass
class Cost:
    """Counts of the work so far.

    ``asked`` are questions or prompts; ``calls`` are requests, retries with them. ``failures``
    counts what failed by reason.
    """

    asked: int = 0
    calls: int = 0
    retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, answer: Used) -> None:
        """Count an answer."""
        self.asked += 1
        self.tokens_in += answer.tokens_in
        self.tokens_out += answer.tokens_out

    def count(self, response: Response) -> Response:
        """Count the calls that a response took; it is handed back."""
        self.calls += response.calls
        self.retries += max(0, response.calls - 1)
        return response

    @property
    def work(self) -> str:
        """What was asked, and in how many calls."""
        return f"{self.asked} asked in {counted(self.calls, 'call')} ({self.retries} repeated)"

    @property
    def tokens(self) -> str:
        """Tokens in and out, as the endpoint counted them."""
        return f"{self.tokens_in:,} tokens in, {self.tokens_out:,} out"

    @property
    def failed(self) -> str:
        """What failed, by reason; empty if nothing did."""
        return ", ".join(f"{n} {name}" for name, n in sorted(self.failures.items()))

    def __str__(self) -> str:
        """One line.

        >>> print(Cost(asked=2, calls=3, retries=1, tokens_in=900, tokens_out=120))
        2 asked in 3 calls (1 repeated); 900 tokens in, 120 out; nothing failed
        """
        failed = f"failed: {self.failed}" if self.failed else "nothing failed"
        return f"{self.work}; {self.tokens}; {failed}"
