"""How hard a text is to read."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from persona_env.text.spans import (
    CJK_CHARACTERS_PER_WORD,
    READINGS,
    cjk_count,
    folded_words,
    is_cjk,
)


class LevelReading(NamedTuple):
    """Letters per word, and words counted."""

    mean_word_length: float
    words: int


@lru_cache(maxsize=READINGS)
def reading_level(text: str) -> LevelReading:
    """Reads the mean word length; Chinese characters count as :data:`CJK_CHARACTERS_PER_WORD`.

    Validity: proxy; see the reward term of the same name.

    >>> reading_level("The cat sat on the mat.").words
    6
    """
    items = folded_words(text)
    if not items:
        return LevelReading(0.0, 0)
    mean = sum(map(len, items)) / len(items)
    latin = [item for item in items if not is_cjk(item[0])] if cjk_count(text) else items
    count = round(len(latin) + (len(items) - len(latin)) / CJK_CHARACTERS_PER_WORD)
    return LevelReading(mean, count)
