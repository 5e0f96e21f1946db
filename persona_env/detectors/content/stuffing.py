"""Words put in for their own sake: phrases that begin in the middle of nothing, points in a row."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from persona_env.text.lexicon import pattern
from persona_env.text.spans import Span, fold

_WORD = re.compile(r"[^\W_][\w'’-]* \Z")
_NEAR = 40  # characters in which the word before a phrase ends


def in_place(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """The phrases that begin where one can: at the start, after a mark, or a word that leads on.

    A phrase of several words right behind a content word is stuffed in. Validity: proxy,
    hand-worked cases only.

    >>> in_place("I am happy to help.", [(5, 18)])
    ((5, 18),)
    >>> in_place("oil hinges happy to help", [(11, 24)])
    ()
    """
    folded = fold(text)
    return tuple(span for span in spans if _may_begin(folded, span))


def _may_begin(folded: str, span: Span) -> bool:
    phrase = folded[slice(*span)]
    if " " not in phrase or pattern("after_verb").match(phrase):
        return True
    before = folded[max(0, span[0] - _NEAR) : span[0]]
    word = _WORD.search(before)
    return word is None or bool(pattern("leads_on").fullmatch(word[0].strip()))


def strung(text: str, points: Sequence[Span], own: Collection[str]) -> tuple[bool, ...]:
    """Whether each point stands right beside another, with nothing but blanks between them.

    Two points that stand so in a sentence of the author's ``own`` are not strung, nor is a number
    beside what it counts or measures.

    >>> strung("snow park", [(0, 4), (5, 9)], ["There is snow in the park."])
    (True, True)
    >>> strung("the snow park", [(4, 8), (9, 13)], ["See the snow park."])
    (False, False)
    >>> strung("Yushan 3952", [(0, 6), (7, 11)], [])
    (False, False)
    """
    folded = fold(text)
    found = [False] * len(points)
    for i, (start, end) in enumerate(points):
        for j, (other, stop) in enumerate(points):
            between = folded[end:other]
            numbers = folded[start:end].isdecimal() or folded[other:stop].isdecimal()
            if other > end and between.isspace() and not numbers:
                joined = " ".join(folded[start:stop].split())
                if not any(joined in " ".join(fold(sentence).split()) for sentence in own):
                    found[i] = found[j] = True
    return tuple(found)
