"""Which languages a text is written in, and how much it mixes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from persona_env.detectors.lexicon import lines
from persona_env.detectors.text import (
    CJK_CHARACTERS_PER_WORD,
    READINGS,
    Span,
    fold,
    is_cjk,
    sentences,
    words,
)

_SPANISH_LETTERS = re.compile(r"[ñáéíóú¿¡]")
_ENDINGS = {
    "en": re.compile(
        r"(?:ing|tions?|ness|ghts?|'s|'t|'re|'ll|'ve|cks?|sh|wn|ous|ful|less|[^aeiou]y)\Z"
    ),
    "es": re.compile(
        r"(?:ción|ciones|mente|[ai]ndo|iendo|idad|[ai]d[oa]s?|[ie]t[oa]s|ajes?|aban?"
        r"|aron)\Z"
    ),
}
_NAME_PARTICLES = frozenset({"de", "da", "del", "di", "la", "van", "von", "los", "las"})
_FEWEST_TO_GUESS = 3


@dataclass(frozen=True, slots=True)
class LanguageReading:
    """The main language (None: undetermined), shares of the words that have one, and runs.

    ``mixing`` is the code-mixing index of Das and Gambäck (2014), 1 - max_L w_L / (n - u), over
    words; 1.6 Chinese characters are a word; u are words of no known language.
    """

    main: str | None
    shares: tuple[tuple[str, float], ...]
    mixing: float
    spans: tuple[tuple[str, Span], ...]


def language(text: str, among: Sequence[str] = ("en", "es", "zh")) -> LanguageReading:
    """Reads the language of each word: script, then function words and letters, then neighbours.

    py3langid is asked only for a sentence of three or more words without any evidence.
    Validity: no sentence of four or more words in envs/scenarios is read as another language (the
    lists were tuned on them); not validated on people's labels yet.

    >>> language("I like the sea").main, language("Me gusta el mar").main
    ('en', 'es')
    """
    return _language(text, tuple(among))


@lru_cache(maxsize=READINGS)
def _language(text: str, among: tuple[str, ...]) -> LanguageReading:
    labels = [item for span in sentences(text) for item in _sentence(text, span, among)]
    weights: dict[str, float] = {}
    for label, (start, _) in labels:
        weight = 1 / CJK_CHARACTERS_PER_WORD if is_cjk(text[start]) else 1.0
        weights[label] = weights.get(label, 0.0) + weight
    total = sum(weights.values())
    if not total:
        return LanguageReading(None, (), 0.0, ())
    order = sorted(weights, key=lambda label: (-weights[label], label))
    shares = tuple((label, weights[label] / total) for label in order)
    return LanguageReading(order[0], shares, 1 - shares[0][1], _runs(labels))


def _sentence(text: str, span: Span, among: Sequence[str]) -> list[tuple[str, Span]]:
    """The words of one sentence that have a language."""
    start = span[0]
    items = [(a + start, b + start) for a, b in words(text[start : span[1]])]
    folded = fold(text)
    known: dict[int, str] = {}
    latin: list[int] = []
    for index, (a, b) in enumerate(items):
        if is_cjk(text[a]):
            known |= {index: "zh"} if "zh" in among else {}
        elif _counts(text, items, index):
            latin.append(index)
            evidence = _evidence(folded[a:b], among)
            known |= {index: evidence} if evidence else {}
    _spread(known, latin, [text[a:b] for a, b in items], among)
    return [(known[index], items[index]) for index in sorted(known)]


def _counts(text: str, items: list[Span], index: int) -> bool:
    """Words of letters, without names: capitalised inside the sentence, or 'de' between two."""
    start, end = items[index]
    raw = text[start:end]
    letter = index > 0 and len(raw) == 1 and raw.isupper() and raw != "I"
    if letter or not any(char.isalpha() for char in raw):
        return False
    if raw in _NAME_PARTICLES and 0 < index < len(items) - 1:
        return not (text[items[index - 1][0]].isupper() and text[items[index + 1][0]].isupper())
    return index == 0 or not raw[0].isupper() or _in_lists(fold(raw))


def _in_lists(word: str) -> bool:
    return word in _function_words("en") or word in _function_words("es")


def _evidence(word: str, among: Sequence[str]) -> str | None:
    """The one language whose function words or letters show in this word."""
    held = [label for label in ("en", "es") if label in among and word in _function_words(label)]
    if held:
        return held[0] if len(held) == 1 else None
    if "es" in among and _SPANISH_LETTERS.search(word):
        return "es"
    held = [label for label in ("es", "en") if label in among and _ENDINGS[label].search(word)]
    return held[0] if len(held) == 1 else None


def _spread(known: dict[int, str], latin: list[int], raw: list[str], among: Sequence[str]) -> None:
    """Give words without evidence their nearest neighbour's language, or the sentence's guess."""
    sure = [index for index in latin if index in known]
    if not sure:
        plain = [raw[index] for index in latin]
        if len(plain) >= _FEWEST_TO_GUESS and not all(word[0].isupper() for word in plain):
            guess = _guess(" ".join(plain), tuple(label for label in among if label != "zh"))
            known.update(dict.fromkeys(latin, guess) if guess else {})
        return
    for index in latin:
        if index not in known:
            nearest = min(sure, key=lambda other: (abs(other - index), other))
            known[index] = known[nearest]


def _runs(labels: list[tuple[str, Span]]) -> tuple[tuple[str, Span], ...]:
    runs: list[tuple[str, Span]] = []
    for label, (start, end) in labels:
        if runs and runs[-1][0] == label:
            runs[-1] = (label, (runs[-1][1][0], end))
        else:
            runs.append((label, (start, end)))
    return tuple(runs)


def _guess(text: str, among: tuple[str, ...]) -> str | None:
    """py3langid's best of ``among``; ranking leaves the library's own list of languages alone."""
    from py3langid import rank  # loaded on first use: a second

    return next((str(label) for label, _ in rank(text) if label in among), None)


@cache
def _function_words(label: str) -> frozenset[str]:
    return frozenset(word for line in lines("function_words", label) for word in line.split())
