"""Whether a reply has sentences that nobody wrote: for the tiny register, which has no others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from persona_env.rewards.term import Reason, Score
from persona_env.text.spans import folded_words
from persona_env.text.tokens import pieces

BESIDE = (1.0, 0.4, 0.1)  # with no pair of words that nobody wrote, one, more
EDGE = ""
_MARK = re.compile(r"^\s*(?:[-*]|\d+[.)])\s+", re.MULTILINE)  # of a list
_COLON = re.compile(r":(?=\s)|：")
Sentence = tuple[str, ...]


class Known(NamedTuple):
    """Sentences, and their pairs of neighbouring words."""

    sentences: frozenset[Sentence]
    pairs: frozenset[Sentence]


def known_of(texts: Iterable[str]) -> Known:
    """The sentences of these texts."""
    sentences = frozenset(whole for text in texts for whole in worded(text))
    return Known(sentences, frozenset(pair for said in sentences for pair in pairwise(said)))


def worded(text: str) -> Iterator[Sentence]:
    """The words of each sentence, between its edges.

    A colon or a semicolon ends a sentence as well: what follows "Please note:" is one of its own.

    >>> [*worded("Note: yes, please.")]
    [('', 'note', ''), ('', 'yes', 'please', '')]
    """
    text = _COLON.sub(".", text)
    for start, end in pieces(text):
        words = folded_words(text[start:end])
        if words:
            yield (EDGE, *words, EDGE)


def only_own(reply: str, *known: Known) -> Score | None:
    """How far a reply holds nothing but known sentences, whole and in any order; ``None`` for all.

    0.4 with one pair of neighbouring words that stands in none of them, or with one that is cut
    short; 0.1 with more. The edges of a sentence count as words.

    >>> book = known_of(["It rains. We stay here."])
    >>> only_own("We stay here. It rains.", book) is None
    True
    >>> only_own("We rains.", book).value, only_own("Here it stay.", book).value
    (0.4, 0.1)
    """
    strange = list[Sentence]()
    for said in worded(_MARK.sub("", reply)):
        if not any(said in one.sentences for one in known):
            pairs = (pair for pair in pairwise(said) if not any(pair in one.pairs for one in known))
            strange += [*pairs] or [said]
    if not strange:
        return None
    some = " ".join(strange[0]).strip()
    note = f"{len(strange)} times words that stand nowhere so, such as {some!r}"
    return Score(BESIDE[min(len(strange), 2)], (Reason(0, len(reply), note),))
