"""What is looked for in a text: groups of accepted words, all of which have to be there.

A group is written with ``/`` between alternatives: ``"keep*/refus*/!return*"``. An alternative is
one or several words in a row; ``*`` stands for any ending; ``!`` before it wants it denied and
``+`` not denied, and without either it does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from persona_env.text.amounts import Token
from persona_env.text.spans import Span
from persona_env.text.tokens import tokens_of

MARKS = {"!": True, "+": False}


class Piece(NamedTuple):
    """A token that is looked for: whole, or how it begins."""

    text: str
    is_stem: bool

    def fits(self, text: str) -> bool:
        """Whether this text is it."""
        return text.startswith(self.text) if self.is_stem else text == self.text


class Alternative(NamedTuple):
    """Tokens in a row; ``denied`` is whether they have to be, or ``None``."""

    pieces: tuple[Piece, ...]
    denied: bool | None

    def may_stand(self, words: Iterable[str]) -> bool:
        """Whether it begins with one of these words; else it need not be looked for."""
        return any(map(self.pieces[0].fits, words))

    def found(self, tokens: Sequence[Token], start: int, end: int) -> Iterator[int]:
        """The places from ``start`` to ``end`` at which it stands."""
        n = len(self.pieces)
        for i in range(start, end - n + 1):
            if not self.pieces[0].fits(tokens[i].text):
                continue
            row = tokens[i : i + n]
            fits = all(p.fits(t.text) for p, t in zip(self.pieces, row, strict=True))
            one_sentence = row[-1].sentence == row[0].sentence
            if fits and one_sentence and self.denied in (None, row[0].denied):
                yield i


Group = tuple[Alternative, ...]


@lru_cache(maxsize=65536)
def group(written: str) -> Group:
    """The group of ``"one/or another"``.

    >>> group("keep*/!return") == (
    ...     Alternative((Piece("keep", True),), None), Alternative((Piece("return", False),), True))
    True
    """
    return tuple(_alternative(part.strip()) for part in written.split("/"))


def _alternative(written: str) -> Alternative:
    denied = MARKS.get(written[:1])
    bare = written.lstrip("!+")
    pieces = [
        Piece(token.text, word.endswith("*") and token is last)
        for word in bare.split()
        for tokens in (tokens_of(word.removesuffix("*")),)
        for last in tokens[-1:]
        for token in tokens
    ]
    if not pieces:
        raise ValueError(f"nothing is looked for in {written!r}: give words")
    return Alternative(tuple(pieces), denied)


def find(wanted: Group, tokens: Sequence[Token], start: int, end: int) -> Span | None:
    """Where the first of a group's alternatives stands among these tokens, in characters."""
    for one in wanted:
        for i in one.found(tokens, start, end):
            return tokens[i].span[0], tokens[i + len(one.pieces) - 1].span[1]
    return None
