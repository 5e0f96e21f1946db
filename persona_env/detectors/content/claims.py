"""First-person claims to have acted, seen or looked something up."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from persona_env.text.lexicon import plain_hits
from persona_env.text.spans import READINGS, Span


class ClaimReading(NamedTuple):
    """Where the reply says that it has done or perceived something."""

    spans: tuple[Span, ...]


@lru_cache(maxsize=READINGS)
def claims_done(reply: str) -> ClaimReading:
    """Reads statements such as 'I have sent it', 'Ya lo envié', '已经帮你订好了'.

    Validity: proxy, hand-worked cases only; a claim without a first person or 'done' is not seen.

    >>> claims_done("I have booked the table.").spans
    ((0, 13),)
    >>> claims_done("I have not booked it.").spans
    ()
    """
    return ClaimReading(plain_hits(reply, "claims_done"))
