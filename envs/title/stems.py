"""Whether two words have one stem, beyond the forms that grammar gives a word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from .words import listed, own_words

STEM, PART = 5, 0.55  # letters that two words of one stem share, and their part of the longer one
SHORT, ENDING = 4, 3  # letters of a whole word, and by how many another form may be longer


def is_kin(word: str, others: Iterable[str]) -> bool:
    """Whether a plain word has the stem of another one.

    >>> is_kin("stiffens", ["stiff"]), is_kin("impuntual", ["puntualidad"])
    (True, True)
    >>> is_kin("drum", ["drummer", "dream"]), is_kin("cello", ["cellar"])
    (True, False)
    """
    forms = {word, _prefix().sub("", word)}
    return any(_share_a_stem(form, other) for other in others for form in forms)


@lru_cache(maxsize=65536)
def _share_a_stem(one: str, other: str) -> bool:
    short, long = sorted((len(one), len(other)))
    same = next((i for i in range(short) if one[i] != other[i]), short)
    is_whole = same == short >= SHORT and long - short <= ENDING
    return is_whole or (same >= STEM and same >= PART * long)


@cache
def _prefix() -> re.Pattern[str]:
    """What may stand before a stem, in any language."""
    found = sorted(one for code in own_words() for one in listed("prefixes", code))
    return re.compile(rf"\A(?:{'|'.join(found)})(?=\w{{5}})")
