"""How hard a text is to read."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from persona_env.detectors.text import (
    CJK_CHARACTERS_PER_WORD,
    READINGS,
    cjk_count,
    folded_words,
    is_cjk,
    sentence_spans,
)

_FEWEST_WORDS = 5
_ENGLISH_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(
    r"(?:[^aeiouy]e|[^aeiouytd]ed|[^aeiouyszxcg]es)\Z|[^aeiouy]e(?=(?:ful|less|ness|ly)\Z)"
)
_SPANISH_NUCLEI = re.compile(r"[aeoáéíóú]|(?<![aeoáéíóúiuü])[iuüy]++(?![aeoáéíóú])")
# Middle of each Fernandez Huerta band, and the school year it stands for.
_SPANISH_BANDS = ((95, 4.0), (85, 5.0), (75, 6.0), (65, 7.5), (55, 10.5), (40, 13.5), (15, 16.0))


class LevelReading(NamedTuple):
    """Letters per word, the school year a reader needs (None: not known), and words counted."""

    mean_word_length: float
    grade: float | None
    words: int


@lru_cache(maxsize=READINGS)
def reading_level(text: str, language: str = "en") -> LevelReading:
    """Reads word length and school grade; ``grade`` is None for Chinese or under five words.

    English: Flesch-Kincaid grade, 0.39 words/sentence + 11.8 syllables/word - 15.59 (Kincaid et
    al. 1975). Spanish: Fernandez Huerta's ease (1959), 206.84 - 60 syllables/word - 1.02
    words/sentence, turned into a school year by its published bands. Validity: proxy; the formulas
    were fitted on long texts, so a one-sentence grade is noisy.

    >>> round(reading_level("The cat sat on the mat.").grade, 2)
    -1.45
    """
    items = folded_words(text)
    if not items:
        return LevelReading(0.0, None, 0)
    mean = sum(map(len, items)) / len(items)
    latin = [item for item in items if not is_cjk(item[0])] if cjk_count(text) else items
    count = round(len(latin) + (len(items) - len(latin)) / CJK_CHARACTERS_PER_WORD)
    if language not in ("en", "es") or len(latin) < _FEWEST_WORDS or 2 * len(latin) < len(items):
        return LevelReading(mean, None, count)
    per_sentence = len(latin) / max(1, len(sentence_spans(text)))
    syllables = _english if language == "en" else _spanish
    per_word = sum(map(syllables, latin)) / len(latin)
    return LevelReading(mean, _grade(language, per_sentence, per_word), count)


def _grade(language: str, per_sentence: float, per_word: float) -> float:
    if language == "en":
        return 0.39 * per_sentence + 11.8 * per_word - 15.59
    ease = 206.84 - 60 * per_word - 1.02 * per_sentence
    return _school_year(ease)


def _school_year(ease: float) -> float:
    """The school year at this ease, straight lines between the bands' middles."""
    if ease >= _SPANISH_BANDS[0][0]:
        return _SPANISH_BANDS[0][1]
    for (high, low_year), (low, high_year) in pairwise(_SPANISH_BANDS):
        if ease >= low:
            return low_year + (high_year - low_year) * (high - ease) / (high - low)
    return _SPANISH_BANDS[-1][1]


@lru_cache(maxsize=16384)
def _english(word: str) -> int:
    """Vowel groups, less a silent e (hyphenation patterns leave out short syllables)."""
    groups = len(_ENGLISH_VOWELS.findall(word))
    return max(1, groups - (1 if groups > 1 and _SILENT.search(word) else 0))


@lru_cache(maxsize=16384)
def _spanish(word: str) -> int:
    """Strong or accented vowels, and groups of weak vowels that touch none (hyphenation patterns
    are no help: they keep 'amigo' in two pieces)."""
    return max(1, len(_SPANISH_NUCLEI.findall(word)))
