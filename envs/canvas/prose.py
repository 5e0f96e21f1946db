"""What a piece of English prose shows: dates, spelling, commas, sentences, voice, reading level."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from persona_env.text.spans import READINGS, Span, sentences, word_count

from .days import dates
from .words import listed, spellings

_WORD = re.compile(r"[^\W\d_]+")
_VOWELS = re.compile(r"[aeiouy]+")
LONG_ENOUGH = 4  # letters of a word that may be content
STEM = 5  # letters that two forms of a word share


class Variant(NamedTuple):
    """A word that is spelt in two ways, and how it is here."""

    variety: str
    span: Span


@lru_cache(maxsize=READINGS)
def variants(text: str) -> tuple[Variant, ...]:
    """The words whose spelling tells British from American.

    >>> [found.variety for found in variants("The grey color")]
    ['British', 'American']
    """
    british, american = spellings()
    found = []
    for match in _WORD.finditer(text):
        word = match[0].casefold()
        if word in british:
            found.append(Variant("British", match.span()))
        elif word in american:
            found.append(Variant("American", match.span()))
    return tuple(found)


class Comma(NamedTuple):
    """The end of a list of three items or more, and whether a comma stands before 'and'."""

    serial: bool
    span: Span


def commas(text: str, items: tuple[str, ...]) -> tuple[Comma, ...]:
    """The ends of lists of these items, in any order.

    >>> found = commas("It has a, b, and c. It has a, c and b.", ("a", "b", "c"))
    >>> [comma.serial for comma in found]
    [True, False]
    """
    one = "|".join(sorted(map(re.escape, items), key=len, reverse=True))
    joins, articles = "|".join(listed("joins")), "|".join(listed("articles"))
    ends = rf"(?<!\w)(?:{one})(,?)\s+(?:{joins})\s+(?:(?:{articles})\s+)?(?:{one})(?!\w)"
    found = re.finditer(ends, text, re.IGNORECASE)
    return tuple(Comma(bool(match[1]), match.span()) for match in found)


def sentence_lengths(text: str) -> tuple[tuple[Span, float], ...]:
    """The sentences of a text, each with its number of words."""
    return tuple((span, word_count(text[slice(*span)])) for span in sentences(text))


@lru_cache(maxsize=READINGS)
def passives(text: str) -> tuple[Span, ...]:
    """A form of 'to be' with a participle, with up to one adverb between.

    >>> passives("The wall was quickly built. It was red.")
    ((9, 26),)
    """
    found = []
    for match in _passive().finditer(text):
        if match["verb"].casefold() not in listed("adjectives"):
            found.append(match.span())
    return tuple(found)


@cache
def _passive() -> re.Pattern[str]:
    being, irregular = "|".join(listed("being")), "|".join(listed("participles"))
    verb, between = rf"(?P<verb>[a-z]{{2,}}ed|{irregular})", "|".join(listed("between"))
    return re.compile(rf"\b(?:{being}) (?:(?:{between}) )?{verb}\b", re.IGNORECASE)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade level, with syllables counted as groups of vowels.

    0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid and others, 1975). Dates and
    numbers count as words of one syllable.
    """
    words = re.findall(r"\w+(?:['’-]\w+)*", text)
    if not words:
        return 0.0
    count = max(1, len(sentences(text)))
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / count + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    plain = word.casefold()
    groups = len(_VOWELS.findall(plain))
    silent = plain.endswith("e") and not plain.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


@lru_cache(maxsize=READINGS)
def normal(text: str) -> str:
    """The text without its style: small, days as 2026-03-14, American words, no serial commas.

    >>> normal("Grey, red, and {blue} on 4 May 2026")
    'gray red and blue on 2026-05-04'
    """
    for found in reversed(dates(text)):
        text = text[: found.span[0]] + found.day.isoformat() + text[found.span[1] :]
    british, _ = spellings()
    words = re.findall(r"\d+(?:[-.,:/]\d+)*|[^\W_]+(?:['’-][^\W_]+)*", text.casefold())
    return " ".join(british.get(word, word).replace("’", "'") for word in words)


def holds(text: str, phrase: str) -> bool:
    """Whether a :func:`normal` text holds a phrase, at the bounds of words."""
    return f" {normal(phrase)} " in f" {text} "


@lru_cache(maxsize=READINGS)
def content(text: str) -> tuple[str, ...]:
    """The stems of the content words of a text, each as often as it occurs."""
    return tuple(
        word[:STEM]
        for word in normal(text).split()
        if len(word) >= LONG_ENOUGH and word not in listed("function")
    )
