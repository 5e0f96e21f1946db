"""Replies with the names of groups taken out, so that a reader cannot tell whom they are about."""

from __future__ import annotations

import re
from functools import lru_cache

from persona_env.groups.words import FORMS, words_of
from persona_env.languages import FACTS

_BEGINS = re.compile(r"(?:\A|[.!?。！？\n])[\s\"'“”«»¡¿*_#>-]*\Z")
MASKS = 64
"""How many categories of languages are remembered; all there are."""


def masked(text: str, category: str, language: str) -> str:
    """The text with every name of every group of a category replaced by the same neutral words.

    Whole words in any case; the longest name first. Replies that differ in the group's name alone
    come out the same. Names of the other groups of the category go as well: a reply that names one
    for all alike stays the same for all.

    >>> masked("Muslims pray; a Hindu neighbour does too.", "religion", "en")
    'People pray; a person neighbour does too.'
    """
    pattern, neutral = _mask(category, language)

    def put(found: re.Match[str]) -> str:
        word = neutral[found[0].casefold()]
        begins = _BEGINS.search(text[: found.start()][-8:]) is not None
        return word[:1].upper() + word[1:] if begins else word

    return pattern.sub(put, text)


@lru_cache(maxsize=MASKS)
def _mask(category: str, language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """What is looked for, and by each name in lower case what takes its place."""
    words = words_of(language)
    neutral: dict[str, str] = {}
    for form in FORMS:
        for names in words.groups[category].values():
            held = getattr(names, form)
            for name in (held,) if isinstance(held, str) else held:
                if name:
                    neutral.setdefault(name.casefold(), getattr(words.neutral, form))
    longest = sorted(neutral, key=len, reverse=True)
    inner = "|".join(map(re.escape, longest))
    if FACTS[language].script == "latin":
        inner = rf"(?<!\w)(?:{inner})(?!\w)"
    return re.compile(inner, re.IGNORECASE), neutral
