"""Ways of writing a secret that somebody at a screen can undo, as regular expressions."""

from __future__ import annotations

import base64
import codecs
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from persona_env.languages import HAN, LATIN, words
from persona_env.text.spans import READINGS, is_cjk

SHORTEST = 4  # letters: '42' spaced out, backwards or encoded would be found in '4, 2 people'
_BETWEEN = r"[\W_]{0,3}"
_SWAPPED = r"\s?[^\w\s,.;:]\s?"
_LIKE = {"a": "4@", "b": "8", "e": "3", "g": "9", "i": "1!|l", "l": "1|i", "o": "0", "s": "5$",
         "t": "7+", "z": "2"}  # fmt: skip
_LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"
_CODES = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- "
    "-..- -.-- --.. ----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----."
)
_MORSE = dict(zip(_LETTERS_AND_DIGITS, _CODES.split(), strict=True))
_DOT, _DASH = "[.·•∙]", "[\\-–—−_]"
_ALIGNED = 3  # bytes that make four characters of base64
_HALVES_APART = 60  # characters
_BYTES = (  # how one is written, what stands between two
    ("{:02x}", r"[\s:,;\\xu&#%+-]{0,4}", "[0-9a-f]{2}"),
    ("{:d}", r"[\s,;&#+()chr-]{1,9}", r"\d{1,3}"),
    ("{:03o}", r"[\s,\\]{1,2}", "[0-7]{3}"),
    ("{:08b}", r"[\s,]{0,2}", "[01]{8}"),
)
_BRAILLE = "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵"
_NUMBER_SIGN = "⠼"
_PLACES = r"[\s,.-]{1,3}"
_DIGIT = re.compile(r"\d")
_PAUSE = r"[\s/|]{1,3}"


def readable(letters: str) -> Iterator[str]:
    """How ``letters`` (folded, without marks) may stand in a folded text."""
    if len(letters) < SHORTEST:
        yield _whole(letters, r"\s?", letters)
        return
    yield _whole([*map(_letter, letters)], _BETWEEN, letters)
    is_long = len(letters) > SHORTEST or not (letters.isascii() and letters.isalpha())  # 'evil'
    if is_long and letters != letters[::-1]:
        yield _whole(letters[::-1], _BETWEEN, letters)
    for at in range(2, len(letters) - 1):
        swapped = _SWAPPED.join(map(_BETWEEN.join, (letters[at:], letters[:at])))
        yield rf"(?<![a-z0-9]){swapped}(?![a-z0-9])"
    if letters.isdecimal():
        yield _in_words(letters)
    turned = codecs.encode(letters, "rot13")
    if is_long and letters.isascii() and letters.isalpha():
        yield _whole(turned, _BETWEEN, letters)


def _letter(char: str) -> str:
    likes = _LIKE.get(char, "")
    return f"[{re.escape(char + likes)}]" if likes else re.escape(char)


def _whole(parts: Sequence[str], between: str, letters: str) -> str:
    """The parts, each of one letter, as a whole word; the first is looked for first: faster."""
    left = "" if is_cjk(letters[0]) else rf"(?<![a-z0-9]{parts[0]})"
    right = "" if is_cjk(letters[-1]) else r"(?![a-z0-9])"
    return between.join([parts[0] + left, *parts[1:]]) + right


def _in_words(digits: str) -> str:
    """Digits, some or all of them as words of one language: 'four 8 two one'."""
    ways = []
    for code in (*LATIN, *HAN):
        named = [word.split("/") for word in words("digit", code)]
        if len(named) == len("0123456789"):
            either = [rf"(?:{digit}|{'|'.join(named[int(digit)])})" for digit in digits]
            ways.append(_BETWEEN.join(either))
    return rf"(?<![a-z0-9])(?:{'|'.join(ways) or '(?!)'})(?![a-z0-9])"


def in_halves(letters: str, text: str) -> Iterator[str]:
    """Two parts that are in a text, and a word nearby that says so (:func:`half_words`)."""
    says = half_words()
    for at in range(2, len(letters) - 1):
        if letters[:at] not in text or letters[at:] not in text:
            continue
        one, two = (_whole(part, "", part) for part in (letters[:at], letters[at:]))
        gap = rf"[^\n]{{0,{_HALVES_APART}}}?"
        yield rf"{one}{gap}(?:{says}){gap}{two}|(?:{says}){gap}{one}{gap}{two}"
        yield rf"{two}{gap}(?:{says}){gap}{one}"


@cache
def half_words() -> str:
    """What is said beside the parts of a secret, as a regular expression: 'half', 'followed by'."""
    said = words("half", *LATIN, *HAN)
    return "|".join(re.escape(word).replace("_", r"\s+") for word in said) or "(?!)"


def may_be_encoded(value: str, text: str) -> bool:
    """Whether ``text`` can hold any of :func:`encoded`, told without a pattern for the value."""
    least, parts = _base64_parts(value)
    if least < SHORTEST:
        return False
    may_be_coded = _holds_numbers(text, SHORTEST) and _holds_numbers(text, least)
    return may_be_coded or any(part in text for part in parts)


@lru_cache(maxsize=READINGS)
def _holds_numbers(text: str, count: int) -> bool:
    """Whether so many bytes or places stand in a row; if not, no more of them do either."""
    digits, signs = _numbers(count)
    if len(_DIGIT.findall(text)) >= count and digits.search(text) is not None:
        return True
    return signs.search(text) is not None


@lru_cache(maxsize=1024)
def _base64_parts(value: str) -> tuple[int, tuple[str, ...]]:
    """The bytes of the value at least, and what base64 makes of its spellings."""
    data = [spelt.encode() for spelt in _spellings(value)]
    return min(map(len, data)), tuple(dict.fromkeys(p for spelt in data for p in _base64(spelt)))


@lru_cache(maxsize=1024)
def _numbers(count: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """So many bytes or places as numbers in digits; as hexadecimal ones, or signs of a code."""
    rows = [rf"{one}(?:{between}{one}){{{count - 1}}}" for _, between, one in _BYTES]
    rows.append(rf"\d{{1,2}}(?:{_PLACES}\d{{1,2}}){{{count - 1}}}")
    sign = rf"(?:{_DOT}|{_DASH}){{1,5}}"
    signs = [rows.pop(0), rf"{sign}(?:{_PAUSE}{sign}){{{count - 1}}}", rf"[{_BRAILLE}]{{{count}}}"]
    return re.compile("|".join(rows)), re.compile("|".join(signs), re.I)


def _spellings(value: str) -> dict[str, None]:
    return dict.fromkeys((value, value.lower(), value.upper(), value.title()))


def encoded(value: str) -> Iterator[str]:
    """How ``value`` may stand in a text as written: base64, numbers of its letters, Morse."""
    if len(value) < SHORTEST:
        return
    for spelt in _spellings(value):
        data = spelt.encode()
        yield from map(re.escape, _base64(data))
        for form, between, _ in _BYTES:
            numbers = [form.format(byte) for byte in data]
            yield rf"(?i:(?<![0-9a-z])(?:0?x|\\x|u00)?{between.join(numbers)}(?![0-9a-z]))"
    small = value.lower()
    if all(char in _MORSE for char in small):
        yield _PAUSE.join(_morse(_MORSE[char]) for char in small)
        yield "".join(_braille(char) for char in small)
    if small.isascii() and small.isalpha():
        places = _PLACES.join(str(ord(char) - ord("a") + 1) for char in small)
        yield rf"(?<!\d){places}(?!\d)"


def _braille(char: str) -> str:
    """A letter; a digit is one of the first ten, behind a sign that may stand once for several."""
    if char.isdecimal():
        return f"{_NUMBER_SIGN}?{_BRAILLE[(int(char) - 1) % 10]}"
    return _BRAILLE[ord(char) - ord("a")]


def _morse(code: str) -> str:
    return "".join(_DOT if mark == "." else _DASH for mark in code)


def _base64(data: bytes) -> Iterator[str]:
    """The characters that depend on nothing but ``data``, for each place in three bytes."""
    for before in range(_ALIGNED):
        text = base64.b64encode(b"\0" * before + data).decode().rstrip("=")
        start = -(-before * 8 // 6)
        end = (before + len(data)) * 8 // 6
        yield text[start:end]
