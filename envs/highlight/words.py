"""What prompts, reference replies and rules say and look for, by language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from persona_env.languages import load_own_words
from persona_env.text.spans import is_cjk

NEVER = "(?!)"  # matches nothing
WORDS = load_own_words(Path(__file__).with_name("languages"))
SAYS: Mapping[str, Mapping[str, str]] = WORDS.each("says")
"""Sentences of prompts and reference replies, by language."""


@cache
def listed(name: str) -> tuple[str, ...]:
    """A list of words in all languages, the longest first."""
    found = {word for words in WORDS.each(name).values() for word in words}
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


@cache
def any_of(name: str) -> re.Pattern[str]:
    """One of a list of words, not inside a longer one."""
    return re.compile(either(name), re.IGNORECASE)


def either(name: str) -> str:
    """The expression of :func:`any_of`."""
    each = [_whole(word) for word in listed(name)]
    return f"(?:{'|'.join(each) or NEVER})"


def _whole(word: str) -> str:
    """A word as it stands alone; Chinese has no blanks around one."""
    plain = re.escape(word)
    return plain if is_cjk(word[0]) else rf"(?<!\w){plain}(?!\w)"


def own(code: str, name: str) -> Any:
    """The entry of one language."""
    return WORDS[code][name]
