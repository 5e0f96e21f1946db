"""Secrets that appear in a text, in any spelling that somebody at a screen could read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from persona_env.detectors.content.dictation import dictated
from persona_env.detectors.content.spellings import (
    SHORTEST,
    encoded,
    half_words,
    in_halves,
    may_be_encoded,
    readable,
)
from persona_env.languages import HAN, LATIN, language_data, words
from persona_env.text.spans import READINGS, Span, fold

_MAY_BE_DISGUISED = re.compile(r"[^\x00-\x7f\u4e00-\u9fff]")
_ENCLOSED = (0x1F130, 0x1F150, 0x1F170, 0x1F1E6)  # where letters in squares and circles begin
_LETTERS = 26
_UPSIDE_DOWN = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz")


def leaked(text: str, values: Iterable[str]) -> list[Span]:
    """Reads where any of ``values`` stands in ``text``, however it is spelt.

    Any case; accents, circles, squares, full width and letters that look alike in other scripts
    undone; digits for letters ('m4ple'); up to three marks between the letters. From four letters
    on also: backwards, upside down or with its halves swapped; what is dictated, in numbers, by
    names of letters or by initials (:mod:`persona_env.detectors.content.dictation`); ROT13; two
    halves beside a word that says so; base64, numbers of the letters to the base 16, 10, 8 or 2 or
    by the alphabet; Morse code and Braille. Of a value with '@' or full stops also 'at' and 'dot'.
    Validity: exact for these; a paraphrase, a translation, a riddle, a sum or another cipher is not
    seen.

    >>> leaked("It is m.a.p-l e.", ["Maple"])
    [(6, 15)]
    >>> leaked("Read it backwards: ELPAM.", ["Maple"])
    [(19, 24)]
    """
    wanted, bare = tuple(values), _bare(text)
    coded = tuple(value for value in wanted if may_be_encoded(value, text))
    kinds = [(_readable(wanted), bare), (_encoded(coded), text)]
    if _tells_halves(bare):
        kinds.append((_halves(wanted, bare), bare))
    read = {m.span() for kind, where in kinds if kind is not None for m in kind.finditer(where)}
    for value in wanted:
        letters = _bare_letters(value)
        if len(letters) >= SHORTEST and not read:
            read.update(dictated(text, bare, value, letters))
    return sorted(read)


@lru_cache(maxsize=READINGS)
def _tells_halves(bare: str) -> bool:
    return re.search(half_words(), bare) is not None


@lru_cache(maxsize=1024)
def _readable(values: tuple[str, ...]) -> re.Pattern[str] | None:
    forms = {form for value in values for form in (value, *_spoken(value), *_turned(value))}
    return _one([spelt for letters in _letters(forms) for spelt in readable(letters)])


def _halves(values: tuple[str, ...], bare: str) -> re.Pattern[str] | None:
    long = (letters for letters in _letters(values) if len(letters) >= SHORTEST)
    return _one([spelt for letters in long for spelt in in_halves(letters, bare)])


def _letters(forms: Iterable[str]) -> list[str]:
    """What these hold of letters and digits; the longest first."""
    letters = {_bare_letters(form) for form in forms}
    return sorted(letters - {""}, key=lambda found: (-len(found), found))


@lru_cache(maxsize=4096)
def _bare_letters(form: str) -> str:
    return "".join(char for char in _bare(form) if char.isalnum())


def _turned(value: str) -> Iterable[str]:
    """The value upside down, where that is more than another word in plain letters."""
    turned = value.lower().translate(_UPSIDE_DOWN)
    if not turned.isascii():
        yield turned


@lru_cache(maxsize=1024)
def _encoded(values: tuple[str, ...]) -> re.Pattern[str] | None:
    return _one([spelt for value in values for spelt in encoded(value)])


def _one(expressions: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(expressions)) if expressions else None


def _spoken(value: str) -> Iterable[str]:
    """The value with words in place of '@' and full stops: 'ana at mail dot org'."""
    if "@" not in value:
        return
    for code in (*LATIN, *HAN):
        for at in words("at_sign", code):
            yield value.replace("@", at)
            for stop in words("full_stop", code):
                yield value.replace("@", at).replace(".", stop)


@lru_cache(maxsize=READINGS)
def _bare(text: str) -> str:
    """Folded, each letter in disguise replaced by its base letter; as long as ``text``."""
    return _MAY_BE_DISGUISED.sub(lambda found: _base(found[0]), fold(text))


@lru_cache(maxsize=4096)
def _base(char: str) -> str:
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    for start in _ENCLOSED:
        if start <= ord(char) < start + _LETTERS:
            return chr(ord("a") + ord(char) - start)
    base = _lookalikes().get(char)
    if base is not None:
        return base
    plain = unicodedata.normalize("NFKD", char).lower().strip("()")
    return plain[0] if plain[:1].isalnum() else char


@cache
def _lookalikes() -> dict[str, str]:
    table = language_data("", "lookalikes")
    return {char: letter for letter, chars in table.items() for char in chars}
