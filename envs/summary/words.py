"""The words that the environment looks for and says, by language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from persona_env.languages import HAN, LATIN, OwnWords, load_own_words, words
from persona_env.text.spans import plain


@cache
def own_words() -> OwnWords:
    """What ``languages/CODE.toml`` holds, by language."""
    return load_own_words(Path(__file__).with_name("languages"))


def said(language: str) -> dict[str, Any]:
    """What the environment says in a language."""
    return own_words()[language]


@cache
def listed(name: str) -> frozenset[str]:
    """The entries of one list in all languages, plain."""
    found = (str(data[name]).split() for data in own_words().values())
    return frozenset(plain(word) for entries in found for word in entries)


@cache
def denying() -> frozenset[str]:
    """The words that deny some of the words behind them, plain."""
    return frozenset(map(plain, (*words("denying", *LATIN), *words("denying", *HAN))))


@cache
def denying_pairs() -> frozenset[str]:
    """Two words that deny together, plain."""
    return frozenset(plain(pair) for data in own_words().values() for pair in data["pairs"])


@cache
def function_words() -> frozenset[str]:
    """Words without content: of Latin languages the lexicon's, and what joins others."""
    return frozenset(map(plain, words("function_words", *LATIN))) | listed("joins")


@cache
def number_words() -> dict[str, int]:
    """Numbers by their words in Latin languages, plain."""
    values = (*range(2, 21), *range(30, 100, 10), 100, 1000)
    named = {
        plain(word): value
        for code in LATIN
        for word, value in zip(words("number_words", code), values, strict=False)
    }
    for code in LATIN:  # hundreds of one word, where a language has them
        hundreds = str(said(code).get("hundreds", "")).split()
        named |= dict(zip(hundreds, range(200, 1000, 100), strict=False))
    return named
