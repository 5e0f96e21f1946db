"""How sure a reply says it is, and whether it abstains."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from persona_env.languages import HAN, LATIN, word_lines, words
from persona_env.text.lexicon import hits, pattern, pattern_in
from persona_env.text.spans import READINGS, Span, fold, inside, quoted, sentence_spans

_HAN_PERCENT = re.compile(r"百分之([\d一二三四五六七八九十百]{1,3})")
_CLAUSE_MARK = re.compile(r"\s*(?:[;:，；：()（）]|,(?!\d)|—+|–|\s-+(?=\s))\s*")
_SENTENCE_ENDS = " \n\t.!?。！？"
_OPENS = ("(", "（")
LEAST_SURE = 0.5
"""From which a stated confidence stands beside an answer, and does not take it back."""
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


@lru_cache(maxsize=READINGS)
def without_confidence(text: str) -> str:
    """The text without sentences and clauses that say only, in percent, how sure it is.

    One below 50 % stays: it takes back more than it says.

    >>> without_confidence("It is Lima, I am 90% sure.")
    'It is Lima.'
    >>> without_confidence("I'm 90% sure it's Lima.")
    "I'm 90% sure it's Lima."
    """
    stated = confidence(text)
    if stated.value is None or stated.value < LEAST_SURE:
        return text
    cuts = [cut for sentence in sentence_spans(text) for cut in _only_sure(text, sentence)]
    kept, at = "", 0
    for start, end in cuts:
        kept, at = kept + text[at:start], end
    kept = (kept + text[at:]).strip()
    return kept if any(map(str.isalnum, kept)) else text


def _only_sure(text: str, sentence: Span) -> Iterator[Span]:
    """What is cut of a sentence: all of it, or clauses with the mark that parts them."""
    start, end = sentence
    if _is_only_sure(text[start:end]):
        yield sentence
        return
    last = start + len(text[start:end].rstrip(_SENTENCE_ENDS))
    marks = [found.span() for found in _CLAUSE_MARK.finditer(text, start, last)]
    bounds = [(start, start), *marks, (last, last)]
    for before, after in pairwise(bounds):
        if _is_only_sure(text[before[1] : after[0]]):
            is_whole = before == bounds[0] or text[before[0] : before[1]].strip() in _OPENS
            yield before[0], after[1] if is_whole else after[0]


def _is_only_sure(clause: str) -> bool:
    """Whether a percentage, a word of certainty and words beside them are all of a clause."""
    folded = fold(clause)
    percent = _percent().search(folded) or _HAN_PERCENT.search(folded)
    if not percent or not pattern("certainty_word").search(folded):
        return False
    rest = folded[: percent.start()] + " " + folded[percent.end() :]
    rest = pattern("certainty_word").sub(" ", rest)
    left = re.findall(r"[\w']+", _han_beside().sub(" ", rest))
    return _beside().issuperset(left)


@cache
def _beside() -> frozenset[str]:
    return frozenset(words("beside_confidence", *LATIN) + words("function_words", *LATIN))


@cache
def _han_beside() -> re.Pattern[str]:
    return re.compile("|".join(words("beside_confidence", *HAN)) or "(?!)")


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
