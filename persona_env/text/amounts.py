"""Numbers in several words as one: 'five hundred and forty', 'setenta y siete'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from persona_env.languages import LATIN, words
from persona_env.text.numbers import ones
from persona_env.text.spans import Span


class Token(NamedTuple):
    """``kind`` is ``number``, ``word`` or ``han``; ``sentence`` the number of its piece.

    ``denied``: a word shortly before, in the same clause, denies it. ``open``: a word before in the
    same sentence makes it a question, a wish or a condition.
    """

    text: str
    kind: str
    span: Span
    sentence: int
    denied: bool = False
    open: bool = False


def joined(found: Sequence[Token], folded: str) -> Iterator[Token]:
    """A row of tokens in which numbers of several words are one; ``folded`` is their text."""
    i = 0
    while i < len(found):
        value, end = _amount(found, i, folded)
        if end > i + 1:
            span = (found[i].span[0], found[end - 1].span[1])
            yield found[i]._replace(text=f"{value:.10g}", kind="number", span=span)
        else:
            yield found[i]
        i = end


def _amount(found: Sequence[Token], i: int, folded: str) -> tuple[float, int]:
    """The number that begins at a token, and the token behind it."""
    first, end = found[i], i + 1
    if first.kind != "number" or ":" in first.text:
        return 0.0, end
    total, part = 0.0, float(first.text)
    is_word = _is_word(first, folded)
    if part == 1000 and is_word:
        total, part = part, 0.0
    while (step := _next(found, end, folded)) is not None:
        behind, link, then = step
        value = _value(found[behind])
        if value == 100 and 0 < part < 100 and not link:
            part *= 100
        elif value == 1000 and not link and part > 0 and not total:
            total, part = part * 1000, 0.0
        elif _adds(total, part, value, then, link) and (is_word or end > i + 1):
            part += value
        else:
            break
        end = behind + 1
    return total + part, end


def _value(token: Token) -> float:
    """The number of a token; of a word that is none alone, 1 (setenta y uno)."""
    return float(token.text) if token.kind == "number" else 1.0


def _adds(total: float, part: float, value: float, then: str, link: str) -> bool:
    """Whether a smaller number goes on with a larger one; ``then`` is what follows it."""
    if then == "100" and (link or part):
        return False  # two hundred and three hundred
    if value < 10 and part % 100 >= 20 and part % 10 == 0:
        return link not in _links("number_links_hundreds")
    if value < 100 and part >= 100 and part % 100 == 0:
        return link not in _links("number_links_tens")
    return bool(total) and part == 0 and value < 1000 and then != "1000"


def _next(found: Sequence[Token], i: int, folded: str) -> tuple[int, str, str] | None:
    """The number in words right behind, what links it, and the token behind it."""
    links = _links("number_links_hundreds") | _links("number_links_tens")
    link = found[i].text if i < len(found) and found[i].text in links else ""
    at = i + bool(link)
    if at >= len(found) or not _is_word(found[at], folded):
        return None
    if found[at].kind != "number" and not (link and found[at].text in ones()):
        return None
    gaps = [folded[found[j - 1].span[1] : found[j].span[0]] for j in range(i, at + 1)]
    if any(gap.strip(" -\n") for gap in gaps):
        return None
    return at, link, found[at + 1].text if at + 1 < len(found) else ""


def _is_word(token: Token, folded: str) -> bool:
    return folded[token.span[0]].isalpha() and folded[token.span[0]].isascii()


@cache
def _links(name: str) -> frozenset[str]:
    return frozenset(words(name, *LATIN))
