"""The lists of the ``lexicon.toml`` of each language: phrases, marks and words."""

from __future__ import annotations

from functools import cache

from persona_env.languages.facts import LANGUAGES
from persona_env.languages.files import language_data

SHARED = ""  # what belongs to no language: marks.toml


def list_names(section: str) -> tuple[str, ...]:
    """The lists of a section (``"phrases"``, ``"words"``) in any language, in order."""
    lexicons = (language_data(code, "lexicon").get(section, {}) for code in LANGUAGES)
    return tuple(dict.fromkeys(name for lexicon in lexicons for name in lexicon))


@cache
def phrase_lines(name: str, code: str, section: str = "phrases") -> tuple[str, ...]:
    """The lines of one list of one language, as they are written; ``()`` if it has none."""
    data = language_data(code, "lexicon" if code else "marks")
    text = data.get(section, {}).get(name, "")
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def word_lines(name: str, *codes: str) -> list[str]:
    """The lines of a list of words in these languages.

    >>> word_lines("percent", "en", "es")
    ['percent', 'per cent', 'por ciento']
    """
    return [line for code in codes for line in phrase_lines(name, code, "words")]


def words(name: str, *codes: str) -> list[str]:
    """The words of a list in these languages.

    >>> words("particle", "zh")
    ['的', '了', '着', '过', '吗', '呢', '吧']
    """
    return " ".join(word_lines(name, *codes)).split()
