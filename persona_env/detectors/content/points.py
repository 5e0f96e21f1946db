"""The points that a reply makes, out of those that its scenario knows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from persona_env.detectors.content.denial import Read, reader_of
from persona_env.detectors.content.stuffing import strung
from persona_env.text.phrases import Phrasings, phrasings_of
from persona_env.text.spans import Span, fold


class Point(NamedTuple):
    """A point in its accepted phrasings, and how a text is read for it."""

    phrasings: Phrasings
    read: Read

    @classmethod
    def of(cls, phrasings: Iterable[str], own: tuple[str, ...]) -> Point:
        """A point that the author's sentences ``own`` make; see :func:`reader_of`."""
        return cls(wanted := phrasings_of(phrasings), reader_of(wanted, own))


def first_words(points: Iterable[Point]) -> tuple[str, ...]:
    """The first words of all phrasings: a text with none of them makes none of these points."""
    return tuple(dict.fromkeys(word for point in points for word in point.phrasings.firsts))


def may_make(text: str, words: Iterable[str]) -> bool:
    """Whether any of these :func:`first_words` is in ``text``.

    >>> words = first_words([Point.of(["Jade Mountain"], ())])
    >>> may_make("The jade is green.", words), may_make("It is green.", words)
    (True, False)
    """
    return any(map(fold(text).__contains__, words))


def made(text: str, points: Iterable[Point], own: Collection[str]) -> Sequence[Span]:
    """Where ``text`` makes these points, one span for each that it makes.

    A point counts in any of its phrasings, if it is neither denied, nor asked, nor quoted as
    another's words, nor strung right beside another point (unless the author's ``own`` sentences
    have it so). Validity: exact on the given phrasings.

    >>> text = "Yushan is 3952 m high."
    >>> [text[a:b] for a, b in made(text, [Point.of(["Yushan", "Jade Mountain"], ())], ())]
    ['Yushan']
    """
    folded = fold(text)
    spans = []
    for phrasings, read in points:
        for word in phrasings.firsts:
            if word in folded:
                if span := read(text, phrasings):
                    spans.append(span)
                break
    if len(spans) < 2:
        return spans
    in_row = strung(text, spans, own)
    return [span for span, stuffed in zip(spans, in_row, strict=True) if not stuffed]
