"""Whether a reply says anything of its own, beside the words of its prompt and praise."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from persona_env.languages import HAN, LATIN, words
from persona_env.reading.likeness import NO, NOT, OPEN, YES, tokens_of
from persona_env.text.spans import CJK, READINGS, word_count

LONGEST = 60  # words: a longer reply says something
_CHARACTERS = 2  # Chinese ones of its own, with which a reply says something
_RUN = re.compile(f"[{CJK}]+")
_BEGINNINGS = frozenset({YES, NO, OPEN})


@lru_cache(maxsize=READINGS)
def is_empty(prompt: str, reply: str) -> bool:
    """Whether a reply has no word that says something, but those of the prompt and of praise.

    A reply that says yes or no, or denies anything, is not empty. Validity: words are compared by
    their stems; praise is a list.

    >>> is_empty("How do I cook rice?", "Great question! Rice is wonderful.")
    True
    >>> is_empty("How do I cook rice?", "In twice its volume of water.")
    False
    """
    if word_count(reply) > LONGEST:
        return False
    found = tokens_of(reply)
    if found & {YES, NO, NOT}:
        return False
    latin = {token for token in found - _BEGINNINGS if not _RUN.match(token)}
    return not latin - _asked(prompt) - _praise() and _own_characters(prompt, reply) < _CHARACTERS


@lru_cache(maxsize=READINGS)
def _asked(prompt: str) -> frozenset[str]:
    return frozenset(token.removeprefix(NOT) for token in tokens_of(prompt))


@cache
def _praise() -> frozenset[str]:
    return frozenset().union(*map(tokens_of, words("says_nothing", *LATIN)))


@cache
def _praise_in_han() -> re.Pattern[str]:
    longest_first = sorted(words("says_nothing", *HAN), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")


def _own_characters(prompt: str, reply: str) -> int:
    """The Chinese characters of a reply that stand neither in its prompt nor in praise."""
    said = "".join(_RUN.findall(reply))
    return len({*_praise_in_han().sub("", said)} - {*prompt}) if said else 0
