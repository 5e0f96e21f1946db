"""Whether a text is written as a summary: in sentences, about the post, without stray marks."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from persona_env.detectors import aside, order
from persona_env.languages import HAN
from persona_env.text.dictionary import is_known
from persona_env.text.spans import READINGS, plain
from persona_env.text.tokens import lines_of, pieces, tokens_of

from .facts import CAPITAL_INSIDE, Known, han_pairs
from .patterns import group
from .words import function_words, listed, own_words

NONE, ENOUGH = 0.03, 0.15
"""The shares of joining words at which a sentence is a row of key words, and is none."""
SHORT, LONG = 6, 25  # words of a line that need not join, and from which Chinese has some that do
CLAUSE = 3.0  # Chinese characters and numbers between marks, on average
OF_A_FACT = {True: 4, False: 3}  # characters of a Chinese text for each fact, and words of others
FLAWED = 0.2
STRANGE, STRANGE_PAIRS = 2, 5
"""Content words of a sentence on something else, at least, and pairs of Chinese characters."""
_SHOUTS = re.compile(r"[?？!！]\s*[?？!！]")
_ASKS = re.compile(r"[?？]")
_LOWER_BEHIND_A_STOP = re.compile(r"\b[^\W\d_]{3,}[.!?] +[a-zà-ÿ]")
_LOWER_AT_FIRST = re.compile(r"\W*[a-zà-ÿ]")
_LOOSE_LINE = re.compile(r"[^\w\n]*[a-zà-ÿ][^\n]*[^.!?…]")
JOINTS = 2  # joints that no sentence has, from which the words are in no order
_STRAY = re.compile(r"[^\s\d(]~|~(?!\s?[\d$€£¥])|…\s*[.!?~…]")  # but '~20 euros'
_STARS = re.compile(r"(\*{1,3})(?=[^\s*])[^*\n]*[^\s*]\1|^\s*\*\s", re.MULTILINE)  # with a meaning
_PAUSE = re.compile(r"[\s.,;:!?。，；：！？、/|]+")
MOST_QUESTIONS = 3


@lru_cache(maxsize=READINGS)
def in_sentences(text: str, language: str, facts: int = 1) -> float:
    """From 0 for key words in a row to 1 for sentences with so many facts.

    It is the share of words in short lines, and in sentences with words that join others. Chinese
    has few of them: there clauses of one or two characters are key words. Fewer than three words
    for each fact (four Chinese characters) are key words, too.

    >>> in_sentences("deposit landlord 850 euros scratches floor March", "en")
    0.0
    >>> in_sentences("The landlord keeps the deposit for the scratches.", "en")
    1.0
    """
    is_han, tokens = language in HAN, tokens_of(text)
    if len(tokens) < OF_A_FACT[is_han] * facts:
        return 0.0
    if is_han:
        clauses = [part for part in _PAUSE.split(text) if part.strip()]
        is_joined = any(one.text in listed("joins") for one in tokens)
        is_row = len(tokens) < CLAUSE * len(clauses) or (len(tokens) >= LONG and not is_joined)
        return float(not is_row)
    lines = [[token.text for token in line] for line in lines_of(text)]
    return sum(_joined(one) * len(one) for one in lines) / max(1, len(tokens))


def _joined(words: list[str]) -> float:
    """How far the words of one line are a sentence."""
    if len(words) <= SHORT:
        return 1.0
    share = sum(word in listed("joins") for word in words) / len(words)
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
    if _STRAY.search(text) or "*" in _STARS.sub("", text):
        return "stray marks"
    if aside(text).spans:
        return "about itself or its reader"
    if _odd_joints(text, known) >= JOINTS:
        return "words in no order"
    if line := _elsewhere(text, known):
        return f"on something else: {line[:40]!r}"
    return ""


def _odd_joints(text: str, known: Known) -> int:
    """How often words stand as in no sentence.

    A sentence begins small, or a single line does and has no end; a word of the dictionary that is
    no name of the post begins large inside a sentence; a word or number is said twice in a row;
    what :func:`~persona_env.detectors.order` finds.
    """
    inside = [found[0] for found in CAPITAL_INSIDE.finditer(text) if found[0] != "I"]
    return (
        len(_LOWER_BEHIND_A_STOP.findall(text))
        + sum(_is_no_name(word, known) for word in inside)
        + bool(_LOWER_AT_FIRST.match(text))
        + bool(_LOOSE_LINE.fullmatch(text.strip()))
        + _doubled(text)
        + len(order(text).spans)
    )


def _doubled(text: str) -> int:
    pairs = (pair for line in lines_of(text) for pair in pairwise(line))
    return sum(a.text == b.text and a.kind != "han" for a, b in pairs)


def _is_no_name(word: str, known: Known) -> bool:
    low = plain(word)
    return word not in known.names and (low in function_words() or is_known(low))


def pleas(text: str) -> int:
    """How often a text says please."""
    tokens = tokens_of(text)
    every = [one for data in own_words().values() for one in group(data["please"])]
    return sum(1 for one in every for _ in one.found(tokens, 0, len(tokens)))


def _is_loud(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return sum(map(str.isupper, letters)) * 2 > len(letters)


def _elsewhere(text: str, known: Known) -> str:
    """A sentence none of whose content words is the post's or any summary's.

    Of Chinese, one in which no two neighbouring characters are neighbours in the post.
    """
    small = function_words() | listed("summary") | listed("names")
    for (start, end), line in zip(pieces(text), lines_of(text), strict=True):
        content = [one.text for one in line if one.kind == "word" and one.text not in small]
        strange = len(content) >= STRANGE and not any(map(known.knows, content))
        pairs = han_pairs(text[start:end])
        if strange or (len(pairs) >= STRANGE_PAIRS and not pairs & known.pairs):
            return text[start:end]
    return ""
