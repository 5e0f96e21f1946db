"""What the environment says and looks for, by language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from persona_env.languages import OwnWords, load_own_words
from persona_env.text.letters import plain
from persona_env.text.spans import CJK, READINGS, fold, is_cjk

PATTERNS = 8192
LATIN_WORD = re.compile(rf"[^\W\d_{CJK}]+")
"""A word in letters, also beside Chinese characters."""


@cache
def own_words() -> OwnWords:
    """What ``languages/CODE.toml`` holds, by language."""
    return load_own_words(Path(__file__).with_name("languages"))


def said(language: str) -> dict[str, Any]:
    """What the environment says in a language."""
    return own_words()[language]


@cache
def read_words(name: str) -> tuple[str, ...]:
    """The words of one list of what is read in a digest, of all languages."""
    return tuple(word for data in own_words().each("read").values() for word in data[name])


@lru_cache(maxsize=PATTERNS)
def pattern_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Any of these phrases as whole words, in any case and with any accents, over what
    :func:`folded` gives; one that ends in ``*`` is the beginning of a word.

    >>> bool(pattern_of(("rehears*",)).search(folded("The Rehearsal")))
    True
    """
    return re.compile("|".join(map(_one, sorted(phrases, key=len, reverse=True))) or "(?!)")


def _one(phrase: str) -> str:
    stem = folded(phrase.rstrip("*"))
    body = r"[\s\-]+".join(map(re.escape, stem.split()))
    right = "" if phrase.endswith("*") else rf"(?!{_like(stem[-1])})"
    return rf"(?<!{_like(stem[0])})" + body + right


def _like(char: str) -> str:
    """What may not stand beside a phrase that begins or ends with this character: a Latin letter
    beside a letter, a digit beside a digit, and anything beside others."""
    if char.isdecimal():
        return r"\d"
    return "(?!)" if is_cjk(char) or not char.isalpha() else "[a-z]"


@lru_cache(maxsize=READINGS)
def folded(text: str) -> str:
    """Lower case without accents, exactly as long as ``text``.

    >>> folded("Tomás")
    'tomas'
    """
    if text.isascii():
        return text.lower()
    return "".join(plain(char)[:1] or char for char in fold(text))


def has(text: str, phrases: Iterable[str]) -> bool:
    """Whether a text, as :func:`folded` gives it, has any of these phrases."""
    return pattern_of(tuple(phrases)).search(text) is not None
