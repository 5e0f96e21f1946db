"""Whether a point that names the owner of an item gives the item to somebody else."""

from __future__ import annotations

import re
from functools import cache

from persona_env.text.spans import is_cjk

from .facts import Facts
from .week import Item
from .words import LATIN_WORD, folded, has, pattern_of, read_words

SHORTEST = 4  # letters of a word that tells what an item is on

_PART = re.compile(r"[,;:()—–，；：。（）、]|\s-\s")


def given_away(facts: Facts, item: Item, plain: str) -> bool:
    """Whether a text, as :func:`folded` gives it, says that not the owner does it, or has another
    member do it in a clause of their own."""
    owner = next((m.spellings for m in facts.week.members if m.name == item.owner), ())
    return bool(owner) and (_is_denied(owner, plain) or _does_another(facts, item, plain))


def _is_denied(owner: tuple[str, ...], plain: str) -> bool:
    words = pattern_of(read_words("not_who"))
    for match in pattern_of(owner).finditer(plain):
        before = plain[: match.start()].rstrip()
        if any(one.end() == len(before) for one in words.finditer(before)):
            return True
    return False


def _does_another(facts: Facts, item: Item, plain: str) -> bool:
    """Whether a clause on the matter begins with another member, where the owner stands in none
    that shares a word with the item."""
    phrases = [p for groups in item.about.values() for group in groups for p in group]
    words = set(filter(_is_long, LATIN_WORD.findall(folded(" ".join(item.says.values())))))
    led = False
    for part in _PART.split(plain):
        names, on_it = facts.members_in(part), has(part, phrases)
        if item.owner in names and (on_it or _shares(part, words)):
            return False
        opened = _opens().match(part)
        led = led or (on_it and opened is not None and opened.end() in names.values())
    return led


@cache
def _opens() -> re.Pattern[str]:
    """What may stand before the name that begins a clause."""
    return re.compile(rf"\s*(?:(?:{pattern_of(read_words('opens')).pattern})\s*)?")


def _shares(part: str, words: set[str]) -> bool:
    """Whether a clause has one of these words; one in Chinese characters may always have."""
    return any(map(is_cjk, part)) or bool(words & set(LATIN_WORD.findall(part)))


def _is_long(word: str) -> bool:
    return len(word) >= SHORTEST
