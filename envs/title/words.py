"""Words of a session and of its titles: which are small, and which are forms of the same word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from persona_env.languages import HAN, OwnWords, load_own_words
from persona_env.text.spans import READINGS, Span, is_cjk, plain, word_spans

_HYPHENS = re.compile(r"[-‑]")
_VOWELS = "aeiouy"
_ES = re.compile(r"es\Z")
_DOUBLED = re.compile(r"([^aeiouylsz])\1\Z")
_ONE_SYLLABLE = re.compile(r"[^aeiouy]*[aeiouy][^aeiouywx]\Z")
_PLURAL = (("ies", "y"), ("ves", "f"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("sses", "ss"),
           ("zes", "z"), ("oes", "o"), ("'s", ""), ("s", ""))  # fmt: skip
_NO_PLURAL = re.compile(r"(?:ss|us|is)\Z")
# What a Spanish verb adds to its stem; an ending of one vowel may be that of a noun as well.
_VERB = re.compile(
    r"(?:ando|iendo|yendo|[ai]d[oa]s?|aba[ns]?|[aei]r|[ai]cion(?:es)?|aron|ieron|amos|emos|imos|a[ns]|e[ns]|io|ia[ns]?)\Z"
)
_BARE = re.compile(r"[aeo]\Z")
_CLITIC = re.compile(r"(?<=r|o)(?:me|te|se|nos|les?|l[ao]s?)\Z")
_GENDER = re.compile(r"(ad|id|os|iv|ic|ari)a\Z")
_STEM = (("ie", "e"), ("ue", "o"), ("qu", "c"), ("gu", "g"), ("j", "g"), ("zc", "c"), ("c", "z"))


@cache
def own_words() -> OwnWords:
    """What ``languages/CODE.toml`` holds, by language."""
    return load_own_words(Path(str(resources.files(__package__).joinpath("languages"))))


def word_lists(language: str) -> dict[str, Any]:
    """The lists and facts of a language, as they are written."""
    return own_words()[language]


def is_han(language: str) -> bool:
    """Whether it is written in Chinese characters; no language ('') is not."""
    return language in HAN


def codes(script: Iterable[str]) -> tuple[str, ...]:
    """The languages of titles among those of a script."""
    return tuple(code for code in script if code in own_words())


@cache
def listed_in(name: str, script: tuple[str, ...]) -> frozenset[str]:
    """The words of one list in all languages of a script; see :func:`listed`."""
    return frozenset[str]().union(*(listed(name, code) for code in codes(script)))


@cache
def listed(name: str, language: str) -> frozenset[str]:
    """The words of one list, folded and without accents."""
    return frozenset(plain(word) for word in word_lists(language)[name].split())


@cache
def phrases(name: str, language: str) -> tuple[str, ...]:
    """The entries of a list whose entries are parted by ``|``."""
    parts = word_lists(language)[name].replace("\n", "").split("|")
    return tuple(part.strip() for part in parts if part.strip())


@lru_cache(maxsize=READINGS)
def tokens(text: str) -> tuple[tuple[str, Span], ...]:
    """The plain words of a text with their spans; a hyphen parts words, a CJK character is one.

    >>> [word for word, _ in tokens("Rice-cooker 坏了")]
    ['rice', 'cooker', '坏', '了']
    """
    found = []
    for start, end in word_spans(text):
        for piece in re.finditer(r"[^\-‑]+", text[start:end]):
            a, b = start + piece.start(), start + piece.end()
            found.append((plain(text[a:b]), (a, b)))
    return tuple(found)


@lru_cache(maxsize=65536)
def bases(word: str, language: str) -> tuple[frozenset[str], frozenset[str]]:
    """What a plain word may be a form of: by an ending that says so, and by a bare vowel.

    Irregular words have the first of their line in the list. Chinese words have no forms.
    """
    match word_lists(language)["inflection"]:
        case "english":
            return _english(word, _irregular(language)), frozenset()
        case "spanish":
            return _spanish(word, _irregular(language))
        case _:
            return frozenset(), frozenset()


@cache
def _irregular(language: str) -> dict[str, str]:
    lines = (plain(line).split() for line in phrases("irregular", language))
    return {word: line[0] for line in lines for word in line}


def _english(word: str, irregular: Mapping[str, str]) -> frozenset[str]:
    found = {irregular[word]} if word in irregular else set()
    for ending, base in _PLURAL:
        if word.endswith(ending) and len(word) > len(ending) + 2 and not _NO_PLURAL.search(word):
            found.add(word.removesuffix(ending) + base)
            break
    if _ES.search(word) and len(word) > 4:
        found.add(word[:-1])
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 1 and any(letter in _VOWELS for letter in stem):
            found |= _verb_of(stem)
    if word.endswith("ied") and len(word) > 4:
        found.add(word[:-3] + "y")
    for ending in ("est", "iest", "ier"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2:
            found |= {stem + "y"} if ending[0] == "i" else {stem, stem + "e", stem[:-1]}
    if word.endswith("y") and len(word) > 4:
        found |= {word[:-1], word[:-1] + "e"}
    if word.endswith("ly") and len(word) > 5:
        found.add(word[:-3] + "y" if word[-3] == "i" else word[:-2])
    return frozenset(found)


def _verb_of(stem: str) -> set[str]:
    """The verb of 'bak', 'stopp' or 'open': a short stem that would double its end has an 'e'."""
    if _DOUBLED.search(stem):
        return {stem[:-1], stem}
    if _ONE_SYLLABLE.match(stem):
        return {stem + "e"}
    return {stem, stem + "e"}


def _spanish(word: str, irregular: Mapping[str, str]) -> tuple[frozenset[str], frozenset[str]]:
    one = _singular(word)
    strong = {one, irregular.get(word, one), irregular.get(one, one)} - {word}
    strong |= {_GENDER.sub(r"\1o", one)} - {word}
    for ending in (found for found in (_VERB.search(word),) if found):
        strong |= _verbs(word[: ending.start()])
    clitic = _CLITIC.search(word)
    if clitic and _VERB.search(word[: clitic.start()]):
        strong |= {word[: clitic.start()], *_verbs(word[: clitic.start() - 2])}
    bare = _BARE.search(word)
    return frozenset(strong), frozenset(_verbs(word[:-1]) if bare else ())


def _singular(word: str) -> str:
    if word.endswith("ces") and len(word) > 4:
        return word[:-3] + "z"
    if _ES.search(word) and len(word) > 4 and word[-3] in "lnrdjsyz":
        return word[:-2]
    return word[:-1] if word.endswith("s") and len(word) > 3 and word[-2] in "aeiou" else word


def _verbs(stem: str) -> set[str]:
    """The infinitives of a stem, also of one that has changed ('duel', 'perd')."""
    if len(stem) < 3:
        return set()
    stems = {stem, *(by.join(stem.rsplit(old, 1)) for old, by in _STEM if old in stem[-4:])}
    return {one + ending for one in stems for ending in ("ar", "er", "ir")}


class Vocabulary:
    """The words of some texts in a language, and their forms.

    >>> words = Vocabulary(["I bake rye bread, and note books fell"], "en")
    >>> words.knows("baking"), words.knows("notebooks"), words.knows("butter")
    (True, True, False)
    >>> Vocabulary(["el cuento gotea"], "es").knows("cuenta")
    False
    """

    def __init__(self, texts: Iterable[str], language: str) -> None:
        self.language = language
        said = [[word for word, _ in tokens(text)] for text in texts]
        joined = (a + b for line in said for a, b in pairwise(line) if not is_cjk(a[0]))
        self.words = frozenset(word for line in said for word in line).union(joined)
        forms = [bases(word, language) for word in self.words]
        self._strong = frozenset(base for strong, _ in forms for base in strong)
        self._all = self._strong.union(base for _, weak in forms for base in weak)

    def knows(self, word: str) -> bool:
        """Whether a plain word, or another form of it, is in the texts."""
        if word in self.words or word in self._all:
            return True
        strong, weak = bases(word, self.language)
        return bool((strong | weak) & self.words or strong & self._all or weak & self._strong)


@lru_cache(maxsize=65536)
def same_word(one: str, other: str, language: str) -> bool:
    """Whether two plain words are forms of the same word.

    >>> same_word("stopped", "stops", "en"), same_word("car", "caring", "en")
    (True, False)
    """
    return one == other or (not is_han(language) and Vocabulary([one], language).knows(other))
