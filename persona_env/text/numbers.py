"""Numbers as they are written, in one form: '1,200', '1.2k', 'twelve hundred' and '一千二百'.

Whatever reads a number reads it here, so that one number has one form in every part. Rows of words
and numbers, in which several number words are one number, are :mod:`persona_env.text.tokens`; those
in characters are read by :mod:`persona_env.text.numerals`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from persona_env.languages import HAN, LATIN, word_lines, words
from persona_env.text.numerals import powers
from persona_env.text.spans import Span, plain

DIGITS = r"\d+(?:[.,]\d+)*"
"""A number in digits, with marks between them."""

_DIGITS = re.compile(DIGITS)
_WHOLE = re.compile(r"\d++(?:[.,]\d{3}(?!\d))*+")
_THOUSANDS = re.compile(r"\d{1,3}(?:[., ]\d{3})+")
_K = {"k": 1000}
_SMALL, _TENS = tuple(range(2, 21)), tuple(range(30, 100, 10))
_HUNDREDS = range(200, 1000, 100)
_LARGE = 100_000  # from which a number of so many thousands has no decimals


class Number(NamedTuple):
    """A number in digits: its one form, and where it stands."""

    text: str
    span: Span


def digits_in(text: str) -> list[Number]:
    """The numbers in digits of a text; marks between digits belong to the number.

    >>> digits_in("1,200 chairs")
    [Number(text='1200', span=(0, 5))]
    """
    return [Number(in_digits(found[0]), found.span()) for found in _DIGITS.finditer(text)]


def whole_in(text: str) -> list[Number]:
    """The same as whole numbers: a time of day or one with decimals is two of them.

    >>> [one.text for one in whole_in("1,200 chairs at 18.30")]
    ['1200', '18', '30']
    """
    found = _WHOLE.finditer(text)
    return [Number(re.sub("[.,]", "", one[0]).lstrip("0") or "0", one.span()) for one in found]


def in_digits(written: str) -> str:
    """One form for a number in digits; a time of day keeps its colon.

    A mark before each three digits parts thousands, the last of other marks the decimals.

    >>> in_digits("1,200"), in_digits("1.200"), in_digits("2.50"), in_digits("1.2k")
    ('1200', '1200', '2.5', '1200')
    """
    bare = re.sub(r"[^\d.,: ]", "", written)
    if ":" in bare:
        return bare
    if _THOUSANDS.fullmatch(bare):
        whole, part = re.sub(r"[., ]", "", bare), ""
    else:
        whole, _, part = bare.replace(",", ".").rpartition(".")
        whole, part = (whole.replace(".", ""), part) if whole else (part, "")
    times = (_K | powers()).get(written[-1:], 1)
    if times > 1:
        value = float(f"{whole}.{part}") * times
        return f"{value:.10g}" if value < times * _LARGE else f"{value:.0f}"
    whole, part = whole.lstrip("0") or "0", part.rstrip("0")
    return f"{whole}.{part}" if part else whole


def in_words(word: str) -> int | None:
    """The number of a plain word in the Latin script, also of one with a hyphen.

    >>> in_words("twenty-five"), in_words("forty-one"), in_words("tres"), in_words("house")
    (25, 41, 3, None)
    """
    tens, _, rest = word.partition("-")
    known = _latin()
    if rest and 20 <= known.get(tens, 0) < 100:
        one = 1 if rest in ones() else known.get(rest, 10)
        return known[tens] + one if one < 10 else None
    return known.get(word)


@cache
def ones() -> frozenset[str]:
    """The plain words for 1, which alone are more often no number.

    >>> sorted(ones())
    ['one', 'un', 'una', 'uno']
    """
    digits = (words("digit", code)[1:2] for code in LATIN)
    named = {plain(name) for found in digits for one in found for name in one.split("/")}
    others = (pair for code in LATIN for pair in _others(code).items())
    return frozenset(named | {plain(word) for word, value in others if value == 1})


@cache
def number_words(code: str) -> dict[str, int]:
    """The numbers of one word of a language, from two on, as its dictionary writes them.

    >>> number_words("es")["dieciséis"], number_words("es")["veintidós"], number_words("zh")["十"]
    (16, 22, 10)
    """
    places = _SMALL if code in HAN else (*_SMALL, *_TENS, 100, 1000)
    others = {word: value for word, value in _others(code).items() if value > 1}
    return dict(zip(words("number_words", code), places, strict=False)) | others


def _others(code: str) -> dict[str, int]:
    """The words that ``other_number_words`` lists, and the hundreds of one word."""
    lines = [line.split() for line in word_lines("other_number_words", code)]
    hundreds = zip(words("hundreds", code), _HUNDREDS, strict=False)
    found = {name: value for names, value in hundreds for name in names.split("/")}
    return found | {word: int(number) for number, *named in lines for word in named}


@cache
def _latin() -> dict[str, int]:
    """The plain number words of the Latin script."""
    found = {word: value for code in LATIN for word, value in number_words(code).items()}
    return {plain(word): value for word, value in found.items()}
