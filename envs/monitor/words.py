"""All that this environment says and looks for, by language: the files of ``languages/``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from persona_env.languages import load_own_words
from persona_env.text.spans import fold

WORDS = load_own_words(Path(__file__).with_name("languages"))


def said(language: str, *path: str) -> Any:
    """An entry of a language, by its path in the file."""
    found: Any = WORDS[language]
    for name in path:
        found = found[name]
    return found


@cache
def everywhere(*path: str) -> re.Pattern[str]:
    """The phrases of an entry in all languages, as one pattern over folded text."""
    phrases = [fold(phrase) for code in WORDS for phrase in said(code, *path)]
    return re.compile("|".join(phrases))


def has(text: str, *path: str) -> bool:
    """Whether a text has one of the phrases of an entry, in any language."""
    return everywhere(*path).search(fold(text)) is not None
