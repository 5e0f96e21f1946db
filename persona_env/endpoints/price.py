"""What tokens cost, by prices that a user gives.

No price of any provider is known here, and none is guessed; the currency is the user's.
"""

from __future__ import annotations

import math
from typing import NamedTuple, Self

from persona_env.errors import ArgumentError

MILLION = 1_000_000


class Price(NamedTuple):
    """What a million tokens cost, in and out."""

    tokens_in: float
    tokens_out: float

    @classmethod
    def of(cls, text: str, option: str) -> Self:
        """The price that ``IN,OUT`` gives.

        Raises :class:`ArgumentError`, which names ``option``, for any other text.

        >>> Price.of("0.15,0.6", "--agent-price")
        Price(tokens_in=0.15, tokens_out=0.6)
        """
        try:
            found = cls(*(float(part) for part in text.split(",")))
        except (ValueError, TypeError):
            found = cls(math.nan, math.nan)
        if not all(0 <= one < math.inf for one in found):
            raise ArgumentError(
                f"{option} takes IN,OUT, what a million tokens cost, as in 0.15,0.6; not {text!r}"
            )
        return found

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """What so many tokens cost.

        >>> Price(0.5, 2.0).cost(1_000_000, 250_000)
        1.0
        """
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / MILLION

    def __str__(self) -> str:
        """As :meth:`of` reads it."""
        return f"{self.tokens_in:g},{self.tokens_out:g}"


def money(amount: float) -> str:
    """An amount as it is told: two digits behind the point, more where it is small.

    >>> money(1234.5), money(0.03456), money(0.00000123), money(0.0)
    ('1,234.50', '0.0346', '0.00000123', '0')
    """
    if amount >= 1:
        return f"{amount:,.2f}"
    digits = 2 - math.floor(math.log10(amount)) if amount > 0 else 0
    return f"{amount:.{digits}f}".rstrip("0") if amount > 0 else "0"
