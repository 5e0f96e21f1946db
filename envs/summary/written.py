"""Whether a text is written as a summary: in sentences, about the post, without stray marks."""

from __future__ import annotations

import re
from functools import lru_cache

from persona_env.languages import HAN
from persona_env.text.spans import READINGS, sentence_spans

from .facts import Known
from .tokens import tokens_of
from .words import function_words, listed

NONE, ENOUGH = 0.03, 0.15
"""The shares of words without content at which a text is a list of key words, and at which not."""
SHORT, LONG = 6, 25  # tokens up to which nothing is asked of them, and from which Chinese has some
CLAUSE = 3.0  # Chinese characters and numbers between marks, on average
FLAWED = 0.2
STRANGE = 2  # content words of a sentence on something else, at least
_SHOUTS = re.compile(r"[?？!！]\s*[?？!！]")
_ASKS = re.compile(r"[?？]")
_PAUSE = re.compile(r"[\s.,;:!?。，；：！？、/|]+")
MOST_QUESTIONS = 3


@lru_cache(maxsize=READINGS)
def in_sentences(text: str, language: str) -> float:
    """From 0 for key words in a row to 1 for sentences, by the share of words without content.

    Chinese has few of them: there clauses of one or two characters are key words. Of six words and
    less nothing is asked.

    >>> in_sentences("deposit landlord 850 euros scratches floor March", "en")
    0.0
    >>> in_sentences("The landlord keeps the deposit for the scratches.", "en")
    1.0
    """
    words = [one.text for one in tokens_of(text)]
    if len(words) <= SHORT:
        return 1.0
    share = sum(word in function_words() for word in words) / len(words)
    if language in HAN:
        clauses = [part for part in _PAUSE.split(text) if part.strip()]
        is_row = len(words) < CLAUSE * len(clauses) or (len(words) >= LONG and not share)
        return float(not is_row)
    return min(1.0, max(0.0, (share - NONE) / (ENOUGH - NONE)))


def flaw(text: str, known: Known) -> str:
    """What does not belong into a summary; empty if nothing is found."""
    if _SHOUTS.search(text):
        return "several question or exclamation marks in a row"
    if len(_ASKS.findall(text)) > MOST_QUESTIONS:
        return "question after question"
    if pleas(text) > 1:
        return "begs"
    if _is_loud(text):
        return "in capitals"
    if line := _elsewhere(text, known):
        return f"on something else: {line[:40]!r}"
    return ""


def pleas(text: str) -> int:
    """How often a text says please."""
    words = listed("please")
    return sum(one.text in words for one in tokens_of(text))


def _is_loud(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return sum(map(str.isupper, letters)) * 2 > len(letters)


def _elsewhere(text: str, known: Known) -> str:
    """A sentence none of whose content words is the post's or any summary's."""
    small = function_words() | listed("summary") | listed("names")
    for number, (start, end) in enumerate(sentence_spans(text)):
        own = [one for one in tokens_of(text) if one.sentence == number and one.kind == "word"]
        content = [one.text for one in own if one.text not in small]
        if len(content) >= STRANGE and not any(map(known.knows, content)):
            return text[start:end]
    return ""
