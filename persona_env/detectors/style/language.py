"""Which languages a text is written in, and how much it mixes them."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import groupby
from typing import NamedTuple

from persona_env.languages import HAN, LANGUAGES, LATIN, morphology, words
from persona_env.text.spans import (
    CJK_CHARACTERS_PER_WORD,
    READINGS,
    PerWord,
    Span,
    fold,
    is_cjk,
    raw_words,
    sentence_words,
    word_spans,
)

_FEWEST_TO_GUESS = 3
_CHOICES = 16  # of languages
_HAN_WORD = 1 / CJK_CHARACTERS_PER_WORD


class LanguageReading(NamedTuple):
    """The main language (None: undetermined), shares of the words that have one, and runs.

    ``mixing`` is the code-mixing index of Das and Gambäck (2014), 1 - max_L w_L / (n - u), over
    words; 1.6 Chinese characters are a word; u are words of no known language.
    """

    main: str | None
    shares: tuple[tuple[str, float], ...]
    mixing: float
    spans: tuple[tuple[str, Span], ...]


def language(text: str, among: Sequence[str] = LANGUAGES) -> LanguageReading:
    """Reads the language of each word: script, then function words and letters, then neighbours.

    py3langid is asked only for a sentence of three or more words without any evidence.
    Validity: no sentence of four or more words in the written scenarios is read as another language
    (the lists were tuned on them); not validated on people's labels yet.

    >>> language("I like the sea").main, language("Me gusta el mar").main
    ('en', 'es')
    """
    return _language(text, tuple(among))


@lru_cache(maxsize=READINGS)
def _language(text: str, among: tuple[str, ...]) -> LanguageReading:
    items, raw = word_spans(text), raw_words(text)
    labels: list[str | None] = []
    weights: dict[str, float] = {}
    for start, stop in sentence_words(text):
        found, counts = _sentence(raw[start:stop], among)
        labels += found
        for label, count in counts:
            weights[label] = weights.get(label, 0.0) + count
    total = sum(weights.values())
    if not total:
        return LanguageReading(None, (), 0.0, ())
    if len(weights) == 1:  # mostly
        main = next(iter(weights))
        whole = (items[labels.index(main)][0], items[-1 - labels[::-1].index(main)][1])
        return LanguageReading(main, ((main, 1.0),), 0.0, ((main, whole),))
    order = sorted(weights, key=lambda label: (-weights[label], label))
    shares = tuple((label, weights[label] / total) for label in order)
    return LanguageReading(order[0], shares, 1 - shares[0][1], _runs(labels, items))


@lru_cache(maxsize=READINGS)
def _sentence(
    raw: tuple[str, ...], among: tuple[str, ...]
) -> tuple[tuple[str | None, ...], tuple[tuple[str, float], ...]]:
    """The language of each word of one sentence, and how many words it has in each language."""
    read = [*map(_words(among).__getitem__, raw)]
    labels = [label for label, _ in read]
    for at in [at for at, (_, plain) in enumerate(read) if not plain]:
        labels[at] = labels[at] if _counts(raw, at) else None
    if "" in labels:
        labels = _spread(labels, raw, among)
    counts = [
        (label, labels.count(label) * (_HAN_WORD if label in HAN else 1.0))
        for label in dict.fromkeys(labels)  # in order: sums are the same in every process
        if label
    ]
    return tuple(labels), tuple(counts)


@lru_cache(maxsize=_CHOICES)
def _words(among: tuple[str, ...]) -> PerWord[tuple[str | None, bool]]:
    return PerWord(lambda raw: _word(raw, among))


def _word(raw: str, among: Sequence[str]) -> tuple[str | None, bool]:
    """The language that a word shows ('': none), and whether it is no name wherever it stands."""
    if is_cjk(raw[0]):
        return next((label for label in among if label in HAN), None), True
    if not any(map(str.isalpha, raw)):
        return None, True
    plain = raw.isalpha() and raw.islower() and raw not in _lists().name_particles
    return _evidence(fold(raw), among) or "", plain


def _counts(words: Sequence[str], index: int) -> bool:
    """Words without names: capitalised inside the sentence, or 'de' between two."""
    raw = words[index]
    known = _lists()
    initial = index > 0 and len(raw) == 1 and raw.isupper() and raw not in known.one_letter
    if initial:
        return False
    if raw in known.name_particles and 0 < index < len(words) - 1:
        return not (words[index - 1][0].isupper() and words[index + 1][0].isupper())
    return index == 0 or not raw[0].isupper() or _in_lists[raw]


def _evidence(word: str, among: Sequence[str]) -> str | None:
    """The one language whose function words or letters show in this word."""
    shows = _shows(tuple(among))
    held = [label for label, said, _, _ in shows if word in said]
    if held:
        return held[0] if len(held) == 1 else None
    lettered = [one for one in shows if not one[2].isdisjoint(word)]
    if len(lettered) == 1:
        return lettered[0][0]
    held = [label for label, _, _, ends in lettered or shows if ends and ends.search(word)]
    return held[0] if len(held) == 1 else None


@lru_cache(maxsize=_CHOICES)
def _shows(
    among: tuple[str, ...],
) -> list[tuple[str, frozenset[str], frozenset[str], re.Pattern[str] | None]]:
    """Of each Latin language its function words, its letters, and what matches its endings."""
    latin = [(label, morphology(label)) for label in among if label in LATIN]
    return [
        (label, _function_words(label), frozenset(shape.letters), shape.endings)
        for label, shape in latin
    ]


def _spread(
    labels: Sequence[str | None], raw: Sequence[str], among: Sequence[str]
) -> list[str | None]:
    """Give words without evidence their nearest neighbour's language, or the sentence's guess."""
    shown = {*labels} - {*HAN, "", None}
    bare = [at for at, label in enumerate(labels) if label == ""]
    if len(shown) > 1:
        filled = list(labels)
        sure = [at for at, label in enumerate(labels) if label in shown]
        for at in bare:
            filled[at] = labels[_nearest(sure, at)]
        return filled
    guess = shown.pop() if shown else _guess([raw[at] for at in bare], among)
    return [guess if label == "" else label for label in labels]


def _nearest(places: Sequence[int], index: int) -> int:
    at = bisect(places, index)
    return min(places[max(0, at - 1) : at + 1], key=lambda other: (abs(other - index), other))


def _runs(labels: Sequence[str | None], items: Sequence[Span]) -> tuple[tuple[str, Span], ...]:
    """Neighbours of one language as one run."""
    runs: list[tuple[str, Span]] = []
    said = [index for index, label in enumerate(labels) if label]
    for label, group in groupby(said, key=labels.__getitem__):
        places = list(group)
        runs.append((str(label), (items[places[0]][0], items[places[-1]][1])))
    return tuple(runs)


def _guess(plain: Sequence[str], among: Sequence[str]) -> str | None:
    """py3langid's best of ``among``; ranking leaves the library's own list of languages alone."""
    if len(plain) < _FEWEST_TO_GUESS or all(word[0].isupper() for word in plain):
        return None
    from py3langid import rank  # loaded on first use: a second

    ranked = (str(label) for label, _ in rank(" ".join(plain)))
    return next((label for label in ranked if label in among and label in LATIN), None)


@cache
def _function_words(label: str) -> frozenset[str]:
    return frozenset(words("function_words", label))


class _Lists(NamedTuple):
    """Words of all languages that are written in capitals, or inside names."""

    name_particles: frozenset[str]
    one_letter: frozenset[str]


@cache
def _lists() -> _Lists:
    return _Lists(*(frozenset(words(name, *LATIN)) for name in ("name_particle", "one_letter")))


_in_lists = PerWord(lambda raw: any(fold(raw) in _function_words(code) for code in LATIN))
