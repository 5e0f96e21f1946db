"""How sure a reply says it is, and whether it abstains."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from persona_env.languages import LATIN, word_lines
from persona_env.text.lexicon import hits, pattern_in
from persona_env.text.spans import READINGS, Span, fold, inside, quoted, sentence_spans

_HAN_PERCENT = re.compile(r"百分之([\d一二三四五六七八九十百]{1,3})")
_HAN_DIGITS = "零一二三四五六七八九"


class ConfidenceReading(NamedTuple):
    """The stated probability of being right (None: none stated), and where it is stated."""

    value: float | None
    spans: tuple[Span, ...]


class AbstainReading(NamedTuple):
    """Where the reply says that it does not know."""

    spans: tuple[Span, ...]


@lru_cache(maxsize=READINGS)
def confidence(text: str) -> ConfidenceReading:
    """Reads the last stated confidence: a percentage beside a certainty word, else words.

    Words count as: certain 0.95, very likely 0.9, probably 0.7, maybe 0.5, not sure 0.4,
    unlikely 0.2. Validity: percentages exact; word values are ours, near the medians that people
    give (proxy: not validated on people's labels yet).

    >>> confidence("Lima. I am about 40% sure.").value
    0.4
    """
    folded, quotes = fold(text), quoted(text)
    stated = [item for item in _percentages(text, folded) if not inside(item[1], quotes)]
    stated = stated or [item for item in _words(text, folded) if not inside(item[1], quotes)]
    if not stated:
        return ConfidenceReading(None, ())
    return ConfidenceReading(stated[-1][0], tuple(span for _, span in stated))


def _percentages(text: str, folded: str) -> list[tuple[float, Span]]:
    if not (_percent().search(folded) or _HAN_PERCENT.search(folded)):  # the quick test
        return []
    certainty = pattern_in(text, "certainty_word")
    found: list[tuple[float, Span]] = []
    for start, end in sentence_spans(folded) if certainty else ():
        if certainty and certainty.search(folded, start, end):
            matches = [*_percent().finditer(folded, start, end)]
            matches += _HAN_PERCENT.finditer(folded, start, end)
            found += [(_number(match[1]), match.span()) for match in matches]
    return [item for item in found if item[0] <= 1]


@cache
def _percent() -> re.Pattern[str]:
    """'40 %', '40 percent' in any language."""
    said = "|".join([r"%", *(rf"{line}\b" for line in word_lines("percent", *LATIN))])
    first = r"\d(?<![\d.,]\d)"  # begins with one set: faster
    return re.compile(rf"({first}\d{{0,2}}(?:[.,]\d+)?) ?(?:{said})")


def _number(digits: str) -> float:
    """0.45 for '45', '45,0' or '四十五'."""
    if digits[0].isascii():
        return float(digits.replace(",", ".")) / 100
    tens, ten, ones = digits.partition("十")
    if not ten:
        return 1.0 if "百" in digits else _HAN_DIGITS.index(digits[-1]) / 100
    return (
        10 * (_HAN_DIGITS.index(tens) if tens else 1) + (_HAN_DIGITS.find(ones) if ones else 0)
    ) / 100


def _words(text: str, folded: str) -> list[tuple[float, Span]]:
    words = pattern_in(text, "confidence_words")
    return [(_worth(match), match.span()) for match in words.finditer(folded)] if words else []


def _worth(match: re.Match[str]) -> float:
    """0.95 for the group 'en_c95'."""
    return int((match.lastgroup or "c0").rpartition("c")[2]) / 100


@lru_cache(maxsize=READINGS)
def abstains(text: str) -> AbstainReading:
    """Reads 'I do not know', 'No lo sé', '我不知道' and their like.

    Validity: proxy: not validated on people's labels yet.

    >>> abstains("I do not know.").spans
    ((0, 13),)
    """
    return AbstainReading(hits(text, "abstain"))
