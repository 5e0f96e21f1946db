"""What an environment says in each of its languages: files ``CODE.toml`` in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from persona_env.errors import LanguageError, nearest
from persona_env.files import read_toml
from persona_env.languages.facts import LANGUAGES


class OwnWords(dict[str, dict[str, Any]]):
    """The data of an environment by language; it may have fewer languages than the contract.

    >>> words = OwnWords("books", {"en": {"kinds": ["novel", "poem"]}})
    >>> words.parallel("kinds")["en"][1]
    'poem'
    >>> words["es"]
    Traceback (most recent call last):
    persona_env.errors.LanguageError: books has nothing in 'es'; it has ['en']
    """

    def __init__(self, source: str, data: dict[str, dict[str, Any]]) -> None:
        super().__init__(data)
        self.source = source

    def __missing__(self, code: str) -> dict[str, Any]:
        raise LanguageError(f"{self.source} has nothing in {code!r}; it has {list(self)}")

    def each(self, name: str) -> dict[str, Any]:
        """The entry ``name`` of every language; :class:`LanguageError` where one lacks it."""
        lacking = [code for code, data in self.items() if name not in data]
        if lacking:
            raise LanguageError(f"{self.source}: no {name!r} in {lacking}")
        return {code: data[name] for code, data in self.items()}

    def parallel(self, name: str) -> dict[str, list[str]]:
        """The list ``name`` of every language: the same place means the same in each."""
        found: dict[str, list[str]] = self.each(name)
        lengths = {code: len(listed) for code, listed in found.items()}
        if len({*lengths.values()}) > 1:
            raise LanguageError(f"{self.source}: {name!r} must be as long in each: {lengths}")
        return found


def load_own_words(folder: Path) -> OwnWords:
    """The files of ``folder``, one a language, such as ``envs/calibration/languages/es.toml``.

    Raises :class:`LanguageError` for a file that names no language, and without any.
    """
    paths = {path.stem: path for path in folder.glob("*.toml")}
    for code in paths.keys() - set(LANGUAGES):
        hint = nearest(code, LANGUAGES)
        raise LanguageError(f"{paths[code]}: {code!r} is not one of {list(LANGUAGES)}.{hint}")
    if not paths:
        raise LanguageError(f"{folder}: no CODE.toml of any language, such as 'en.toml'")
    found = {code: read_toml(paths[code], LanguageError) for code in LANGUAGES if code in paths}
    return OwnWords(str(folder), found)
