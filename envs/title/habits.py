"""What a user's earlier titles show, and what the profile states, of how this user titles.

A habit has a value and a confidence: the share of the earlier titles that agree with it. A stated
habit has confidence 1 and goes before an inferred one. What is not known, or what the titles do not
agree on, is ``None`` and does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from statistics import median
from typing import Any, Literal

from persona_env.languages import LANGUAGES

from .style import (
    CASES,
    cases,
    date_kind,
    emoji_place,
    final_mark,
    length,
    quote_use,
    separator,
    tag_use,
    written_in,
)
from .titles import Title, read_title
from .words import is_han

AGREE = 0.75  # the share of the earlier titles from which a habit applies
FEWEST = 3  # earlier titles from which anything is inferred
SPREAD = 0.4  # of the median length, within which lengths agree
BESIDE = 0.3  # of the median length, by which the range goes beyond the lengths that are shown
LEAST_HAN = 2  # Chinese characters that both of these are at least; a word in other languages
PAST = "extensions.past_titles"

VALUES: dict[str, tuple[str, ...]] = {
    "case": CASES,
    "emoji": ("none", "leading", "trailing"),
    "tags": ("none", "some"),
    "date": ("none", "iso", "short", "slash"),
    "separator": ("none", "colon", "dash", "bar"),
    "stop": ("none", "stop"),
    "quotes": ("none", "double"),
}
"""The habits with named values; the profile states each in the extension ``title_<habit>``."""

HABITS = ("language", *VALUES, "length")
_READ: dict[str, Callable[[Title], str]] = {
    "emoji": emoji_place,
    "tags": tag_use,
    "date": date_kind,
    "separator": separator,
    "stop": final_mark,
    "quotes": quote_use,
}


FIELDS = (
    "preferences.language",
    "preferences.length",
    PAST,
    "extensions.title_length",
    *(f"extensions.title_{name}" for name in VALUES),
)
"""The profile fields on which a user's habits depend."""


@dataclass(frozen=True, slots=True)
class Habit:
    """One habit: a named value, or a range of lengths; 1 for what is stated."""

    value: Any
    confidence: float
    source: Literal["stated", "inferred"]


Habits = Mapping[str, Habit | None]


@lru_cache(maxsize=4096)
def infer(titles: tuple[str, ...]) -> Habits:
    """The habits that earlier titles show, by name; ``None`` for what stays unknown.

    >>> habits = infer(("fixing the gate", "rent letter", "cheap tyres for vans"))
    >>> habits["case"].value, habits["emoji"].value, habits["length"].value
    ('lower', 'none', (1, 5))
    >>> infer(("Rent letter", "fixing the gate", "CHEAP TYRES"))["case"] is None
    True
    """
    read = [read_title(title) for title in titles]
    if len(read) < FEWEST:
        return dict.fromkeys(HABITS)
    language = _agreed([written_in(title) for title in read], LANGUAGES)
    found: dict[str, Habit | None] = {"language": language}
    found["case"] = _agreed([cases(title) for title in read], CASES)
    for name, function in _READ.items():
        found[name] = _agreed([frozenset({function(title)}) for title in read], VALUES[name])
    code = "" if language is None else str(language.value)
    found["length"] = _agreed_length([length(title, code) for title in read], code)
    return found


def _agreed(shown: Sequence[frozenset[str]], values: Sequence[str]) -> Habit | None:
    """The one value that enough of the titles agree with, of those that show any."""
    telling = [values_of for values_of in shown if values_of]
    if len(telling) < FEWEST:
        return None
    shares = {value: sum(value in one for one in telling) / len(telling) for value in values}
    best = max(shares.values())
    held = [value for value, share in shares.items() if share == best]
    return Habit(held[0], best, "inferred") if len(held) == 1 and best >= AGREE else None


def _agreed_length(counts: Sequence[float], language: str) -> Habit | None:
    middle, least = median(counts), LEAST_HAN if is_han(language) else 1
    near = [count for count in counts if abs(count - middle) <= max(least, SPREAD * middle)]
    share, beside = len(near) / len(counts), max(least, ceil(BESIDE * middle))
    if share < AGREE:
        return None
    low, high = max(1, round(min(near)) - beside), round(max(near)) + beside
    return Habit((low, high), share, "inferred")
