"""Names and numbers in a title that its session has not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

from persona_env.languages import HAN, LATIN
from persona_env.text.dictionary import is_known
from persona_env.text.numbers import digits_in, number_words
from persona_env.text.spans import Span, plain

from .facts import Facts, Word, latin_words
from .titles import Title
from .words import codes, is_han, listed_in, tokens, word_lists

FOREIGN = 3  # characters in a row that write the sounds of a foreign name
SHORTEST = 4  # letters of a word that dictionaries can be expected to hold
_MARK = re.compile(r"[.,]")


def numbers_of(texts: Iterable[str], language: str) -> frozenset[str]:
    """The numbers of plain texts in digits, also those that are written out, from three on."""
    return frozenset(number for text in texts for number, _ in _numbers(text, language))


def strange_numbers(
    title: Title, known: frozenset[str], year: int, language: str
) -> tuple[Span, ...]:
    """The numbers of a title's body that are neither known nor the year of the session."""
    allowed = known | {str(year)}
    return tuple(span for number, span in _numbers(title.body, language) if number not in allowed)


def _numbers(text: str, language: str) -> list[tuple[str, Span]]:
    spans = [number.span for number in digits_in(text)]
    digits = [(_MARK.sub("", text[slice(*span)]), span) for span in spans]
    named = ((_written_out(language).get(word), span) for word, span in tokens(text))
    return [*digits, *((value, span) for value, span in named if value)]


@cache
def _written_out(language: str) -> dict[str, str]:
    """Number words from three on; Chinese ones are parts of other words too often."""
    if is_han(language):
        return {}
    named = number_words(language).items()
    return {plain(word): str(value) for word, value in named if value > 2}


def names(title: Title, strange: Sequence[Word]) -> tuple[Span, ...]:
    """Those of the words that are names: by a capital among small letters, or by a list."""
    capitals = _has_telling_capitals(title)
    first = title.words[0][0] if title.words else 0
    return tuple(
        word.span
        for word in strange
        if word.text in listed_in("names", LATIN)
        or (capitals and word.span[0] > first and _is_capital(title, word))
    )


def is_odd(word: str) -> bool:
    """Whether a plain word stands in no dictionary, nor two that it is made of.

    >>> is_odd("lookup"), is_odd("ottokar")
    (False, True)
    """
    if len(word) < SHORTEST or not word.isalpha() or is_known(word):
        return False
    return not any(is_known(word[:i]) and is_known(word[i:]) for i in range(3, len(word) - 1))


def _has_telling_capitals(title: Title) -> bool:
    """Whether most longer words behind the first begin small, so that a capital is a name's."""
    small = listed_in("function", LATIN)
    later = [word for word in latin_words(title)[1:] if word.text not in small]
    return 2 * sum(title.text[word.span[0]].islower() for word in later) > len(later)


def _is_capital(title: Title, word: Word) -> bool:
    """Whether it begins large within a clause, and is no abbreviation."""
    behind_mark = any(end <= word.span[0] <= end + 1 for _, (_, end) in title.separators)
    written = title.word(word.span)
    return written[0].isupper() and not written.isupper() and not behind_mark


def foreign_names(title: Title, facts: Facts) -> tuple[Span, ...]:
    """Where Chinese has a listed name, or the sounds of a foreign one, that the session has not."""
    return tuple(
        found.span()
        for found in _foreign().finditer(title.body)
        if not any(facts.has(a + b) for a, b in pairwise(found[0]))
    )


@cache
def _foreign() -> re.Pattern[str]:
    sounds = "".join(word_lists(code)["sounds"] for code in codes(HAN))
    return re.compile("|".join([f"[{sounds}]{{{FOREIGN},}}", *sorted(listed_in("names", HAN))]))
