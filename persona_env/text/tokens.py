"""A text as a row of tokens: words, numbers in one form, characters, and what denies them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from persona_env.languages import HAN, LATIN, word_lines, words
from persona_env.text.amounts import Token, joined
from persona_env.text.numbers import DIGITS, in_digits, in_words
from persona_env.text.numerals import BEHIND, in_characters, numerals, powers
from persona_env.text.spans import CJK, READINGS, Span, plain, sentence_spans

REACH = 4  # tokens behind a word that denies
_PIECE = re.compile(r"[^\s;；][^;；]*(?:[;；]|$)")


@cache
def _token() -> re.Pattern[str]:
    times = "".join(char for char, value in powers().items() if value >= BEHIND)
    return re.compile(
        r"(?P<number>\d{1,2}:\d{2}(?!\d)|\d{1,3}(?: \d{3})+(?![\d,.])"
        rf"|{DIGITS}(?:k\b|st\b|nd\b|rd\b|th\b|[{times}])?)|(?P<numerals>[{numerals()}]+)"
        rf"|(?P<han>[{CJK}])|(?P<word>[^\W\d_{CJK}]+(?:['-][^\W\d_{CJK}]+)*)"
        r"|(?P<mark>[.,;:!?。，；：！？、()—\n])"
    )


@cache
def denying() -> frozenset[str]:
    """The words that deny some of the words behind them, plain."""
    return frozenset(map(plain, words("denying", *LATIN, *HAN)))


@cache
def _denying_pairs() -> frozenset[str]:
    """Two words that deny together, plain."""
    return frozenset(map(plain, word_lines("denying_pairs", *LATIN)))


@cache
def _supposing() -> frozenset[str]:
    """The words behind which nothing in the sentence is claimed, plain."""
    return frozenset(map(plain, words("supposing", *LATIN, *HAN)))


@lru_cache(maxsize=READINGS)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a text.

    >>> [(t.text, t.denied) for t in tokens_of("He did not repay 1,200.")][1:]
    [('did', False), ('not', False), ('repay', True), ('1200', True)]
    >>> [t.text for t in tokens_of("twenty-five 三百块")]
    ['25', '300', '块']
    """
    folded, found = plain(text), list[Token]()
    for number, (start, end) in enumerate(pieces(text)):
        found += joined(list(_marked(folded, start, end, number)), folded)
    return tuple(found)


@lru_cache(maxsize=READINGS)
def pieces(text: str) -> tuple[Span, ...]:
    """The sentences of a text, parted at semicolons.

    >>> text = "He left; she stayed. It rained."
    >>> [text[a:b] for a, b in pieces(text)]
    ['He left;', 'she stayed.', 'It rained.']
    """
    return tuple(
        (start + part.start(), start + part.end())
        for start, end in sentence_spans(text)
        for part in _PIECE.finditer(text[start:end])
    )


@lru_cache(maxsize=READINGS)
def lines_of(text: str) -> tuple[tuple[Token, ...], ...]:
    """The tokens of each of a text's pieces.

    >>> [[t.text for t in line] for line in lines_of("He left; she stayed.")]
    [['he', 'left'], ['she', 'stayed']]
    """
    lines: list[list[Token]] = [[] for _ in pieces(text)]
    for token in tokens_of(text):
        lines[token.sentence].append(token)
    return tuple(map(tuple, lines))


def _marked(folded: str, start: int, end: int, sentence: int) -> Iterator[Token]:
    left, is_open, nots, opens = 0, False, denying(), _supposing()
    pairs, before = _denying_pairs(), ""
    for match in _token().finditer(folded, start, end):
        kind = str(match.lastgroup)
        if kind == "mark":
            left, before = 0, ""
            continue
        for text, kind_of, span in _read(kind, match[0], match.start()):
            yield Token(text, kind_of, span, sentence, left > 0, is_open)
            is_not = text in nots or f"{before} {text}" in pairs
            left, before = REACH if is_not else left - 1, text
            is_open = is_open or text in opens


def _read(kind: str, text: str, at: int) -> Iterator[tuple[str, str, Span]]:
    span = (at, at + len(text))
    if kind == "number":
        yield in_digits(text), "number", span
    elif kind == "numerals":
        value = in_characters(text)
        if value is None:
            yield from ((char, "han", (at + i, at + i + 1)) for i, char in enumerate(text))
        else:
            yield value, "number", span
    elif kind == "word" and (count := in_words(text)) is not None:
        yield str(count), "number", span
    elif kind == "word" and "-" in text:
        for part in re.finditer(r"[^-]+", text):
            yield from _read("word", part[0], at + part.start())
    elif kind == "word":
        yield text, "word", span
    else:
        yield text, "han", span
