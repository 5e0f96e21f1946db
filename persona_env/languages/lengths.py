"""How long people make a reply: lengths fitted on the bank's good replies, by language.

``lengths.toml`` is written by ``scripts/train_heads.py``: for each preference and language four
numbers of words: the score is 0 up to the first, 1 from the second to the third, and 0 again from
the fourth.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from persona_env.files import read_toml

ANY = "any"
FILE = Path(__file__).with_name("lengths.toml")


@cache
def bands() -> dict[str, dict[str, list[float]]]:
    """The bands by preference and language; :data:`ANY` for all other languages."""
    found: dict[str, Any] = read_toml(FILE)
    return found


def band(words: float, wish: str, language: str = ANY) -> float:
    """1 between the middle bounds, falling to 0 at the outer ones.

    >>> band(40, "brief"), band(20, "detailed")
    (1.0, 0.0)
    """
    zero, one, one_end, zero_end = _band(wish, language)
    if words < one:
        return max(0.0, (words - zero) / (one - zero))
    return 1.0 if words <= one_end else max(0.0, (zero_end - words) / (zero_end - one_end))


def bounds(wish: str, language: str = ANY) -> tuple[float, float]:
    """The least and the greatest number of words that score 1.

    >>> bounds("brief")
    (3.0, 69.0)
    """
    _, low, high, _ = _band(wish, language)
    return low, high


def _band(wish: str, language: str) -> list[float]:
    by_language = bands()[wish]
    return by_language.get(language) or by_language[ANY]
