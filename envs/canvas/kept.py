"""What a new text keeps of the old one, and what it adds to it."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from persona_env.text.spans import READINGS, sentences, word_count

from .prose import content, holds, normal
from .scenario import Passage
from .slots import render
from .views import Asked
from .words import listed

FREE, GONE = 0.2, 0.7  # the share of new content words that costs nothing, and that costs all
ANSWER_GONE = 0.3  # of an answer, for which nothing is free
FALSE = 0.2  # what is left with a number that nobody told, or a sentence on something else
STRANGE = 0.75  # of the content words of such a sentence are new
LINKS = 0.5  # words between facts, for each fact
LONGER, MORE = 1.7, 8  # times as long, and words, that a new text may have beside the longer text


_POINTS = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s", re.MULTILINE)


class Added(NamedTuple):
    """New numbers, the share of content words that are new, these, and a sentence made of such."""

    numbers: tuple[str, ...]
    share: float
    words: tuple[str, ...]
    sentence: str


def kept(passage: Passage, prose: str) -> tuple[float, tuple[str, ...]]:
    """The share of facts that a text holds, and those that it lacks."""
    plain = normal(prose)
    lacking = [one[0] for one in passage.facts if not any(holds(plain, p) for p in one)]
    return 1 - len(lacking) / max(1, len(passage.facts)), tuple(lacking)


def joined(passage: Passage, prose: str) -> float:
    """How far the facts are said in sentences, from 0 for facts in a row to 1.

    Of two facts each the text has to have one different word that belongs to none of them.
    """
    plain = f" {normal(prose)} "
    for phrase in sorted((p for fact in passage.facts for p in fact), key=len, reverse=True):
        plain = plain.replace(f" {normal(phrase)} ", "  ")
    return min(1.0, len({*plain.split()}) / max(1.0, LINKS * len(passage.facts)))


def added(request: Asked, prose: str) -> Added:
    """What a text says that neither the document nor the request does."""
    numbers, words = _known(request.passage, request.kind == "question")
    own = [word for word in normal(prose).split() if any(char.isdigit() for char in word)]
    new = tuple(word for word in own if word not in numbers)
    every = content(prose)
    strange = [word for word in every if word not in words]
    share = len(strange) / len(every) if every else 0.0
    parts = (prose[slice(*span)] for span in sentences(prose))
    sentence = next((part for part in parts if _is_strange(part, words)), "")
    return Added(new, share, tuple(dict.fromkeys(strange)), sentence)


def _is_strange(sentence: str, words: frozenset[str]) -> bool:
    """Whether a sentence speaks of something else."""
    every = content(sentence)
    return bool(every) and sum(word not in words for word in every) >= STRANGE * len(every)


@lru_cache(maxsize=4096)
def _known(passage: Passage, is_question: bool) -> tuple[frozenset[str], frozenset[str]]:
    """The numbers that a text may have, and the stems of its content words.

    The numbers of an answer are those of the right one: to list all there are is no answer.
    """
    best = render(passage.best, {})
    texts = (passage.document, passage.instruction, best, render(passage.passive, {}))
    facts = " ".join(phrase for fact in passage.facts for phrase in fact)
    shown = (best, facts, passage.instruction) if is_question else (*texts, facts)
    numbers = frozenset(w for text in shown for w in normal(text).split() if not w.isalpha())
    return numbers, frozenset(word for text in (*texts, facts) for word in content(text))


def strays(request: Asked, note: str) -> bool:
    """Whether a sentence of a note speaks of something else than the document and the change.

    Only words in Latin letters are read.
    """
    _, words = _known(request.passage, False)
    task = request.passage.task
    own = content(" ".join((*listed("change"), *((task.words, task.summary) if task else ()))))
    known = words | frozenset(own)
    latin = "".join(char if char < "\u2e80" else " " for char in note)
    parts = [latin[slice(*span)] for span in sentences(latin)]
    return any(len(content(part)) > 1 and _is_strange(part, known) for part in parts)


def added_value(found: Added, is_question: bool) -> float:
    """1 for nothing new, up to a fifth of new content words in an edit; falling to 0 at 70 %.

    Of an answer from 0 to 30 %; times 0.2 with a new number or date, or a sentence of new words.
    """
    free, gone = (0.0, ANSWER_GONE) if is_question else (FREE, GONE)
    value = min(1.0, max(0.0, (gone - found.share) / (gone - free)))
    return value * (FALSE if found.numbers or found.sentence else 1.0)


@lru_cache(maxsize=READINGS)
def said_twice(prose: str) -> str:
    """A line or sentence of five words or more that is there twice; else empty."""
    parts = [normal(prose[slice(*span)]) for span in sentences(prose)]
    counts = Counter(part for part in parts if len(part.split()) > 4)
    return next((part for part, count in counts.items() if count > 1), "")


def too_long(request: Asked, prose: str) -> bool:
    """Whether a new text is far longer than the old one and the reference reply."""
    best = render(request.passage.best, {})
    longest = max(word_count(request.target.selected), word_count(best))
    return word_count(prose) > LONGER * longest + MORE


def lists(old: str, new: str) -> bool:
    """Whether a new text is a list of points, and the old one not."""
    return bool(_POINTS.search(new)) and not _POINTS.search(old)


def shouts(old: str, new: str) -> bool:
    """Whether most letters of a new text are capitals, and of the old one not."""
    return _loud(new) and not _loud(old)


def _loud(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return sum(map(str.isupper, letters)) * 2 > len(letters)
