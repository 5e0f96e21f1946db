"""What asking an endpoint cost, and what failed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from persona_env.endpoints.price import Price, money
from persona_env.endpoints.response import Response
from persona_env.errors import counted


@dataclass
class Cost:
    """Counts of the work so far.

    ``asked`` are questions or prompts; ``calls`` are requests, retries with them, and ``untold``
    those of which the endpoint did not say how many tokens they took. ``failures`` counts what
    failed by reason. ``price`` is what the user says that tokens cost; ``None``: it is not known.
    """

    asked: int = 0
    calls: int = 0
    retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    untold: int = 0
    price: Price | None = None

    def count(self, response: Response) -> Response:
        """Count the calls that a response took, and their tokens; it is handed back."""
        self.calls += response.calls
        self.retries += max(0, response.calls - 1)
        self.tokens_in += response.tokens_in
        self.tokens_out += response.tokens_out
        self.untold += response.untold
        return response

    @property
    def work(self) -> str:
        """What was asked, and in how many calls."""
        return f"{self.asked} asked in {counted(self.calls, 'call')} ({self.retries} repeated)"

    @property
    def tokens(self) -> str:
        """Tokens in and out, as the endpoint counted them, and what they cost where that is known.

        >>> print(Cost(tokens_in=900, tokens_out=120, untold=2, price=Price(0.5, 1.5)).tokens)
        900 tokens in, 120 out, untold of 2 calls; cost 0.00063 and what those took
        """
        told = f"{self.tokens_in:,} tokens in, {self.tokens_out:,} out"
        if self.untold:
            told += f", untold of {counted(self.untold, 'call')}"
        if self.price is None:
            return told
        cost = money(self.price.cost(self.tokens_in, self.tokens_out))
        return f"{told}; cost {cost}" + " and what those took" * bool(self.untold)

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
