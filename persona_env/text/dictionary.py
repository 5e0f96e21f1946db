"""Which strings are words: the dictionaries of all languages, inflected; common characters."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import resources

from persona_env.errors import LanguageError
from persona_env.languages import FACTS, HAN, LATIN, morphology, words
from persona_env.languages.morphology import Rewrite
from persona_env.text.spans import WORDS, PerWord

_STRETCHED = re.compile(r"([a-zà-ÿ])\1{2,}")
_IDEOGRAPHS = (0x4E00, 0xA000)
_NEVER = "(?!)"


def unlisted(said: Iterable[str]) -> set[str]:
    """Words that neither stand in a dictionary as they are nor are common characters: few."""
    return {*filter(_is_unlisted.__getitem__, {*said})}


def _stands_nowhere(word: str) -> bool:
    return word not in _dictionary() and word not in _common()


# The words that are said are few beside those of all dictionaries, and stay in the caches.
_is_unlisted = PerWord(_stands_nowhere)


@lru_cache(maxsize=WORDS)
def is_known(word: str) -> bool:
    """Whether ``word`` (folded), or what it is inflected from, is in a dictionary.

    Dictionaries: pyspellchecker's list of each language, and ``extra`` of its lexicon. Inflections
    are undone by the rules of ``languages/CODE/morphology.toml``; accents are ignored.

    >>> is_known("houses"), is_known("ayudándole"), is_known("hxouses")
    (True, True, False)
    """
    plain = word.translate(_accents())
    if plain in _dictionary() or word in _dictionary():
        return True
    if len(plain) < 4 or plain.isdecimal() or _STRETCHED.search(plain):
        return False
    bases = {plain, _prefix().sub("", plain, count=1)}
    bases |= {to.sub(by, base) for base in bases for to, by in _spellings()}
    return any(form in _dictionary() for base in bases for form in _forms(base))


def _forms(word: str) -> Iterator[str]:
    yield word
    for code in LATIN:
        yield from morphology(code).bases(word)


@cache
def _accents() -> dict[int, str]:
    return {ord(a): b for code in LATIN for a, b in zip(*morphology(code).accents, strict=True)}


@cache
def _prefix() -> re.Pattern[str]:
    prefixes = (prefix for code in LATIN for prefix in morphology(code).prefixes)
    return re.compile(rf"(?:{'|'.join(prefixes) or _NEVER})(?=\w{{4}})")


@cache
def _spellings() -> tuple[Rewrite, ...]:
    return tuple(rewrite for code in LATIN for rewrite in morphology(code).spellings)


@cache
def _dictionary() -> frozenset[str]:
    ours = {word for name in ("extra", "function_words") for word in words(name, *LATIN)}
    listed = {*ours, *(word.translate(_accents()) for word in ours)}
    return frozenset(listed.union(*map(_load, LATIN)))


def _load(code: str) -> Iterable[str]:
    """The word list of a language, read without building its spell checker; without accents."""
    name, accents = morphology(code).dictionary, any(morphology(code).accents)
    if name is None:
        return ()
    path = resources.files("spellchecker") / "resources" / f"{name}.json.gz"
    if not path.is_file():
        raise LanguageError(f"{code}/morphology.toml: pyspellchecker has no dictionary {name!r}")
    listed: Iterable[str] = json.loads(gzip.decompress(path.read_bytes()))
    return (word.translate(_accents()) for word in listed) if accents else listed


@cache
def _common() -> frozenset[str]:
    """The Chinese characters of the character sets of all languages."""
    every = "".join(map(chr, range(*_IDEOGRAPHS)))
    return frozenset(char for name in _sets() for char in every.encode(name, "ignore").decode(name))


@lru_cache(maxsize=WORDS)
def is_common(char: str) -> bool:
    """Whether a language's set of common characters holds ``char`` (GB2312: simplified Chinese).

    >>> is_common("水"), is_common("龘")
    (True, False)
    """
    return any(char.encode(name, "ignore") for name in _sets())


@cache
def _sets() -> tuple[str, ...]:
    return tuple(name for code in HAN if (name := FACTS[code].character_set) is not None)
