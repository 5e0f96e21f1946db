"""The words that the environment looks for and says, by language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from persona_env.languages import LATIN, OwnWords, load_own_words, words
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
def function_words() -> frozenset[str]:
    """Words without content: of Latin languages the lexicon's, and what joins others."""
    return frozenset(map(plain, words("function_words", *LATIN))) | listed("joins")
