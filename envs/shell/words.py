"""What the rules look for in the text around a command, and what reference replies say there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from persona_env.detectors import Phrasings
from persona_env.languages import load_own_words

WORDS = load_own_words(Path(__file__).with_name("languages"))
SAYS: Mapping[str, Mapping[str, str]] = WORDS.each("says")
"""Sentences of reference replies, by language: ``warning``, ``question``, ``part``, ``files``."""
GLOSSES: Mapping[str, Mapping[str, Sequence[str]]] = WORDS.each("parts")
"""What each command and option does, by language: a gloss, then the words that tell it."""
_PART = re.compile(r"(?<![\w./\\-])(--?[A-Za-z][\w-]*|[A-Za-z][\w-]*|%|\?)(?![\w./\\*-])")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


@cache
def listed(name: str) -> Phrasings:
    """A list of phrases in all languages."""
    return Phrasings(phrase for phrases in WORDS.each(name).values() for phrase in phrases)


@cache
def glosses(part: str) -> tuple[str, ...]:
    """The words that tell what a part does, in all languages; empty for one that is not listed."""
    found = [table.get(part) or table.get(part.lower()) for table in GLOSSES.values()]
    return tuple(word.casefold() for words in found if words for word in words[1:])


def parts_of(command: str, names: frozenset[str]) -> tuple[str, ...]:
    """The commands and options of a command, each once; what is quoted has none.

    >>> parts_of("find logs -name '*.log' -delete", frozenset({"find"}))
    ('find', '-name', '-delete')
    """
    bare = _QUOTED.sub(lambda m: " " * len(m[0]), command)
    found = (word for word in _PART.findall(bare) if word[0] == "-" or word.lower() in names)
    return tuple(dict.fromkeys(found))
