"""The stretches of a text in which what belongs together is looked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from persona_env.text.amounts import Token
from persona_env.text.spans import Span, is_cjk, plain

from .words import listed

NEAR = {False: 8, True: 16}  # words, or Chinese characters, in which a claim has to stand


def windows_of(tokens: Sequence[Token], size: int) -> list[Span]:
    """From which token to which so many sentences in a row go."""
    starts = [i for i, t in enumerate(tokens) if not i or tokens[i - 1].sentence != t.sentence]
    ends = [*starts[1:], len(tokens)]
    return [(start, ends[min(i + size, len(ends)) - 1]) for i, start in enumerate(starts)]


def near(tokens: Sequence[Token], text: str) -> list[Span]:
    """From each token to the last one near it in its clause.

    >>> from persona_env.text.tokens import tokens_of
    >>> text = "Ms Trent refused, while Pascal agrees."
    >>> near(tokens_of(text), text)
    [(0, 3), (1, 3), (2, 3), (3, 6), (4, 6), (5, 6)]
    """
    turns = [match.start() for match in _turn().finditer(plain(text))]
    clauses, turn = list[tuple[int, int]](), 0
    for token in tokens:
        while turn < len(turns) and turns[turn] < token.span[0]:
            turn += 1
        clauses.append((token.sentence, turn))
    found, end = list[Span](), 0
    for i, token in enumerate(tokens):
        end = max(end, i)
        most = i + NEAR[token.kind == "han"]
        while end < min(len(tokens), most) and clauses[end] == clauses[i]:
            end += 1
        found.append((i, end))
    return found


@cache
def _turn() -> re.Pattern[str]:
    """A comma and a word that begins another claim."""
    words = (word if is_cjk(word[0]) else rf"{word}\b" for word in sorted(listed("turns")))
    return re.compile(rf"[,，、]\s*(?:{'|'.join(words)})")
