"""How the words of a language are spelled and inflected: its ``morphology.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from persona_env.errors import LanguageError, read_error
from persona_env.languages.files import ROOT, language_data

LONGEST_ENDING = 7
Rewrite = tuple[re.Pattern[str], str]
"""What is replaced, and by what."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Inflection(_Frozen):
    """Endings that words take, and what the dictionary may have in their place.

    ``endings`` matches whole endings, of up to seven letters, behind a stem of ``shortest`` letters
    or more; the dictionary's word is the stem with one of ``lemmas``. ``stem_changes`` are undone
    before a lemma's ending, ``bare_changes`` where there is none.
    """

    endings: re.Pattern[str]
    shortest: int = 2
    lemmas: tuple[str, ...] = ("",)
    stem_changes: tuple[Rewrite, ...] = ()
    bare_changes: tuple[Rewrite, ...] = ()

    def bases(self, word: str) -> Iterator[str]:
        """What ``word`` may be inflected from."""
        for start in range(max(self.shortest, len(word) - LONGEST_ENDING), len(word)):
            if self.endings.match(word, start):
                stem = word[:start]
                stems = [stem, *_changed(stem, self.stem_changes)]
                yield from (each + lemma for each in stems for lemma in self.lemmas)
                yield from _changed(stem, self.bare_changes)


def _changed(stem: str, changes: tuple[Rewrite, ...]) -> list[str]:
    return [found.sub(by, stem) for found, by in changes if found.search(stem)]


class Morphology(_Frozen):
    """The words of one language in the Latin script.

    ``dictionary`` names a list of the package pyspellchecker; the lexicon's list ``extra`` adds
    words. ``letters`` and ``endings`` show that a word is of this language, ``accents`` are letters
    and what they are read as, ``prefixes`` are regular expressions, ``spellings`` rewrite a word as
    the dictionary has it, ``plurals`` are endings of names, ``clitics`` matches pronouns at the end
    of a verb.
    """

    dictionary: str | None = None
    letters: str = ""
    endings: re.Pattern[str] | None = None
    accents: tuple[str, str] = ("", "")
    plurals: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    spellings: tuple[Rewrite, ...] = ()
    clitics: re.Pattern[str] | None = None
    inflections: tuple[Inflection, ...] = ()

    @field_validator("accents")
    @classmethod
    def _letter_for_letter(cls, accents: tuple[str, str]) -> tuple[str, str]:
        if len(accents[0]) != len(accents[1]):
            raise ValueError("two texts of as many letters: with accents, and without")
        return accents

    def bases(self, word: str) -> Iterator[str]:
        """What ``word`` may be inflected from, also without its pronouns."""
        yield from self._inflected_from(word)
        clitic = self.clitics.search(word) if self.clitics else None
        if clitic and clitic.start() > 3:
            yield word[: clitic.start()]
            yield from self._inflected_from(word[: clitic.start()])

    def _inflected_from(self, word: str) -> Iterator[str]:
        for inflection in self.inflections:
            yield from inflection.bases(word)


@cache
def morphology(code: str) -> Morphology:
    """That of a language; it knows nothing if the language has none."""
    try:
        return Morphology.model_validate(language_data(code, "morphology"))
    except ValidationError as error:
        path = ROOT / code / "morphology.toml"
        raise LanguageError(read_error(str(path), error)) from error
