"""Which strings are words: dictionaries of English and Spanish, inflected; Chinese characters."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import resources
from itertools import product

from persona_env.text.lexicon import lines

_STRETCHED = re.compile(r"([a-zà-ÿ])\1{2,}")
_ENGLISH = ("'s", "s", "es", "ing", "ed", "d", "ly", "er", "est", "ers", "ness", "able", "less")
_PREFIX = re.compile(
    r"(?:un|re|non|pre|over|under|anti|auto|inter|micro|multi|sub|super|trans|semi|mini|bio"
    r"|in|des|im|hiper|sobre|contra|electro|foto|tele|video|geo|ultra|neuro)(?=\w{4})"
)
_BRITISH = (
    (re.compile(r"our"), "or"),
    (re.compile(r"is(?=(?:e[drs]?|es|ing|ation|able)\Z)"), "iz"),
    (re.compile(r"tre(?=s?\Z)"), "ter"),
    (re.compile(r"ae|oe"), "e"),
    (re.compile(r"sulph"), "sulf"),
)
# What Spanish adds to a stem, and what the dictionary's form may have instead (it holds lemmas).
_SPANISH = re.compile(
    r"(?:s|es|os|as|a|o|e|amos|emos|imos|ais|eis|is|an|en|i|ad|ed|id|mente|amente|ito|ita|itos|itas"
    r"|isimo|isima|aste|iste|io|o|aron|ieron|yo|yeron|yendo|ando|iendo|[ai]d[oa]s?"
    r"|idad|idades|miento|mientos|cion|ciones|izar|iza[n]?|izad[oa]s?|izo|izaron|al|ales|ista"
    r"|aba(?:s|mos|n)?|ia(?:s|mos|n)?|[aei]?r(?:e|as|a|emos|an|ia|ias|iamos|ian)"
    r"|i?er(?:a|as|amos|an)|ar(?:a|as|amos|an))\Z"
)
_LEMMA = ("", "o", "a", "e", "ar", "er", "ir", "arse", "erse", "irse", "ion", "or", "z")
_CLITIC = re.compile(r"(?:me|te|se|nos|l[aoe]s?){1,2}\Z")
_STEM_CHANGES = (
    (re.compile(r"ie(?=[^aeiou]*\Z)"), "e"),
    (re.compile(r"h?ue(?=[^aeiou]*\Z)"), "o"),
    (re.compile(r"i(?=[^aeiou]*\Z)"), "e"),
    (re.compile(r"u(?=[^aeiou]*\Z)"), "o"),
    (re.compile(r"qu\Z"), "c"),
    (re.compile(r"gu\Z"), "g"),
    (re.compile(r"zc\Z"), "c"),
    (re.compile(r"c\Z"), "z"),
    (re.compile(r"j\Z"), "g"),
    (re.compile(r"[gy]\Z"), ""),
)
_PLAIN = str.maketrans("áéíóúü", "aeiouu")


def unlisted(words: Iterable[str]) -> set[str]:
    """Words that neither stand in a dictionary as they are nor are common characters: few."""
    return {*words} - _dictionary() - _common()


@lru_cache(maxsize=65536)
def is_known(word: str) -> bool:
    """Whether ``word`` (folded), or what it is inflected from, is in a dictionary.

    Dictionaries: pyspellchecker's English and Spanish lists, and ``extra`` of the lexicon. The
    Spanish one holds lemmas only, so conjugations are undone by rule; accents are ignored.

    >>> is_known("houses"), is_known("ayudándole"), is_known("hxouses")
    (True, True, False)
    """
    plain = word.translate(_PLAIN)
    if plain in _dictionary() or word in _dictionary():
        return True
    if len(plain) < 4 or _STRETCHED.search(plain):
        return False
    bases = {plain, _PREFIX.sub("", plain, count=1)}
    bases |= {to.sub(by, base) for base in bases for to, by in _BRITISH}
    return any(form in _dictionary() for base in bases for form in _forms(base))


def _forms(word: str) -> Iterator[str]:
    yield word
    yield from _english_forms(word)
    yield from _spanish_forms(word)
    clitic = _CLITIC.search(word)
    if clitic and clitic.start() > 3:
        yield word[: clitic.start()]
        yield from _spanish_forms(word[: clitic.start()])


def _english_forms(word: str) -> Iterator[str]:
    for ending in _ENGLISH:
        stem = word[: -len(ending)]
        if len(stem) > 2 and word.endswith(ending):
            yield from (stem, stem + "e", stem + "y")
            if stem[-1] == stem[-2]:
                yield stem[:-1]
            if stem[-1] == "i":
                yield stem[:-1] + "y"


def _spanish_forms(word: str) -> Iterator[str]:
    for start in range(max(2, len(word) - 7), len(word)):
        if _SPANISH.match(word, start):
            stem = word[:start]
            stems = [stem, *(to.sub(by, stem) for to, by in _STEM_CHANGES if to.search(stem))]
            yield from (stem + lemma for stem in stems for lemma in _LEMMA)


@cache
def _dictionary() -> frozenset[str]:
    lists = [(name, key) for name in ("extra", "function_words") for key in ("en", "es")]
    ours = {word for pair in lists for line in lines(*pair) for word in line.split()}
    spanish = {word.translate(_PLAIN) for word in (*_load("es"), *ours)}
    return frozenset(_load("en") | spanish | ours)


def _load(language: str) -> frozenset[str]:
    """The package's word list, read without building its spell checker."""
    path = resources.files("spellchecker") / "resources" / f"{language}.json.gz"
    return frozenset(json.loads(gzip.decompress(path.read_bytes())))


@cache
def _common() -> frozenset[str]:
    """The Chinese characters of GB2312, which stand in rows 16 to 87 of 94 places."""
    places = product(range(0xA0 + 16, 0xA0 + 88), range(0xA1, 0xFF))
    return frozenset("".join(bytes(place).decode("gb2312", "ignore") for place in places))


@cache
def is_common(char: str) -> bool:
    """Whether GB2312, the set of common simplified characters, holds ``char``.

    >>> is_common("水"), is_common("龘")
    (True, False)
    """
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
