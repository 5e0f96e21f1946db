"""Numbers as they are written, in one form: '1,200', '1.2k', 'twelve hundred' and '一千二百'."""

from __future__ import annotations

import re

from .words import number_words

_THOUSANDS = re.compile(r"\d{1,3}(?:[., ]\d{3})+")
_TIMES = {"k": 1e3, "千": 1e3, "万": 1e4}
DIGITS = "零一二三四五六七八九"
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
LONGEST = 16  # Chinese numerals in a row, above which they are no number


def in_digits(written: str) -> str:
    """One form for a number in digits; a time of day keeps its colon.

    >>> in_digits("1,200"), in_digits("1.200"), in_digits("2.50"), in_digits("1.2k")
    ('1200', '1200', '2.5', '1200')
    """
    times = _TIMES.get(written[-1], 1.0)
    bare = re.sub(r"[^\d.,: ]", "", written)
    if ":" in bare:
        return bare
    if _THOUSANDS.fullmatch(bare):
        return _short(float(re.sub(r"[., ]", "", bare)) * times)
    whole, _, rest = bare.replace(",", ".").rpartition(".")
    return _short(float(f"{whole.replace('.', '')}.{rest}" if whole else rest) * times)


def in_characters(written: str) -> str | None:
    """The number of a run of Chinese numerals; ``None`` of one that is a word like any other.

    A digit right behind a unit counts the next smaller one: 三千五 is 3500, 三千零五 is 3005.

    >>> in_characters("三百五十"), in_characters("两"), in_characters("一"), in_characters("三千五")
    ('350', '2', None, '3500')
    """
    if len(written) > LONGEST or (len(written) == 1 and written in "一零百千万"):
        return None
    total, part, last = 0, 0, 0
    for place, char in enumerate(written.replace("两", "二")):
        if char in UNITS:
            if UNITS[char] == UNITS["万"]:
                total, part, last = (total + part + last) * UNITS[char], 0, 0
            else:
                part, last = part + (last or int(place == 0 or not part)) * UNITS[char], 0
        else:
            last = 10 * last + DIGITS.index(char)
    return str(total + part + last * UNITS.get(written[-2:-1], 10) // 10)


def in_words(word: str) -> int | None:
    """The number of a plain word, also of one with a hyphen.

    >>> in_words("twenty-five"), in_words("tres"), in_words("house")
    (25, 3, None)
    """
    tens, _, ones = word.partition("-")
    known = number_words()
    if ones and 20 <= known.get(tens, 0) < 100 and known.get(ones, 10) < 10:
        return known[tens] + known[ones]
    return known.get(word)


def _short(value: float) -> str:
    return f"{value:.10g}" if value < 1e9 else f"{value:.0f}"
