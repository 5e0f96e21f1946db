"""Words that are no words: the sign of a reward that is being over-optimised."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from persona_env.text.dictionary import is_common, is_known, unlisted
from persona_env.text.letters import may_be_word
from persona_env.text.lexicon import pattern
from persona_env.text.prose import prose
from persona_env.text.spans import (
    CJK,
    READINGS,
    WORDS,
    Span,
    fold,
    folded_words,
    is_cjk,
    sentence_spans,
    word_spans,
)

_LATIN = rf"(?:(?![{CJK}_])\w)"
_ITEM = re.compile(
    rf"[{CJK}]|\ufffd+|{_LATIN}+(?:['’\-‑]{_LATIN}+)*|[?？]{{3,}}|[?!？！]{{4,}}|([^\w\s.\-=*#])\1{{3,}}"
)
_BROKEN = "\ufffd"
_NOISE = re.compile(r"[^\w\s.\-=*#]" * 3)  # in all other items that are no words
_STRETCHED = re.compile(r"([a-zà-ÿ])\1{3,}")
_PIECES = re.compile(r"['\-]")
_LONGEST_ABBREVIATION = 5
_INNER_DIGIT = re.compile(r"[^\W\d_]\d+[^\W\d_]")
_DIGITS = re.compile(r"\d+")
_TO = re.compile(r"[a-z][24][a-z]")  # 'word2vec'
_LONGEST_CODE = 4  # letters


class GarbleReading(NamedTuple):
    """The share of words that are none, in [0, 1], and where they stand."""

    share: float
    spans: tuple[Span, ...]


_NONE = GarbleReading(0.0, ())


def garble(text: str, known: Iterable[str] = ()) -> GarbleReading:
    """Reads the share of words that no language has, stretched words, '????', broken letters.

    No word is garbled because no dictionary holds it: names, dialects, other languages, phonetic
    script and jargon are accepted, and so are ``known`` words and names such as B2B (but not
    'gu0ess'). What is left is the noise of a keyboard
    (:func:`persona_env.text.letters.may_be_word`) and Chinese characters outside GB2312. Code,
    formulas, tables and addresses are not read.
    Validity: proxy; made-up words that could be words pass, and real words in a senseless order are
    for ``order``. Source: over-optimised summaries with "???" and "pls" (Stiennon et al., arXiv
    2009.01325).

    >>> garble("The cat xqzt sat.").share
    0.25
    """
    items, strange = _strange(text)
    if not strange:  # most replies
        return _NONE
    allowed = _folded(frozenset(known))
    bad = tuple(span for span, word in strange if not _is_sound(text, span, word, allowed))
    return GarbleReading(len(bad) / items, bad)


def may_be_garbled(text: str) -> bool:
    """Whether :func:`garble` finds anything if no more words are known than the dictionaries hold.

    >>> may_be_garbled("The cat sat."), may_be_garbled("The cat xqzt sat.")
    (False, True)
    """
    return bool(_strange(text)[1])


def _is_sound(text: str, span: Span, word: str, allowed: frozenset[str]) -> bool:
    return word in allowed or _is_code(text[span[0] : span[1]], word, allowed)


@lru_cache(maxsize=READINGS)
def _strange(text: str) -> tuple[int, tuple[tuple[Span, str], ...]]:
    """How many words and marks there are, and those that only a word list of one's own allows."""
    text = prose(text)
    noisy = _BROKEN in text or _NOISE.search(text)
    items = [match.span() for match in _ITEM.finditer(text)] if noisy else word_spans(text)
    folded = fold(text)
    said = [folded[start:end] for start, end in items] if noisy else folded_words(text)
    odd = {word for word in unlisted(said) if not is_known(word)}
    if not odd:  # the quick test
        return len(items), ()
    starts = {start for start, _ in sentence_spans(text)}
    doubtful = [pair for pair in zip(items, said, strict=True) if pair[1] in odd]
    strange = [
        (span, word)
        for span, word in doubtful
        if not _looks_sound(text[span[0] : span[1]], word, first=span[0] in starts)
    ]
    return len(items), tuple(strange)


@lru_cache(maxsize=READINGS)
def _folded(known: frozenset[str]) -> frozenset[str]:
    return frozenset(fold(word) for word in known)


@lru_cache(maxsize=WORDS)
def _looks_sound(raw: str, word: str, first: bool) -> bool:
    """Whether a word that no dictionary holds is a number, a name, an abbreviation, laughter..."""
    if is_cjk(raw[0]):
        return is_common(raw)
    if word.isdecimal():
        return True
    if pattern("humour").fullmatch(word):
        return True
    if not word[0].isalnum() or _STRETCHED.search(word):
        return False
    if any(char.isdigit() for char in word):
        return not _INNER_DIGIT.search(word)
    return _name(raw, first) or all(map(may_be_word, _PIECES.split(word)))


def _is_code(raw: str, word: str, allowed: frozenset[str]) -> bool:
    """Whether a word with digits between its letters is a name ('B2B'), not one in hiding."""
    if not _INNER_DIGIT.search(word) or _STRETCHED.search(word):
        return False
    bare = _DIGITS.sub("", word)
    if len(bare) <= _LONGEST_CODE:
        return len(bare) < _LONGEST_CODE or not (bare in allowed or is_known(bare))
    if bare in allowed or is_known(bare):
        return False
    return not raw.islower() or len(_DIGITS.findall(word)) > 1 or bool(_TO.search(word))


def _name(raw: str, first: bool) -> bool:
    """A capitalised word inside a sentence, or a short abbreviation in capitals."""
    return (raw[0].isupper() and not first) or (raw.isupper() and len(raw) <= _LONGEST_ABBREVIATION)
