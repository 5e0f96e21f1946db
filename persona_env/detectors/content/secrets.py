"""Secrets that appear in a text, also when they are spaced out or split by dots and hyphens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from persona_env.text.spans import READINGS, Span, fold, is_cjk

_BETWEEN = r"[\s\-_.,·*/\\|:;'\"]{0,3}"
_MAY_BE_ACCENTED = re.compile(r"[^\x00-\x7f\u4e00-\u9fff]")
_SHORTEST_SPLIT = 4  # '42' spaced out would be found in "4, 2 people"


def leaked(text: str, values: Iterable[str]) -> list[Span]:
    """Reads where any of ``values`` stands in ``text``: any case, accents ignored, split or not.

    Values of four or more letters are found when up to three separators stand between the letters.
    Validity: exact for these disguises; a paraphrase, a translation or a code word is not seen.

    >>> leaked("It is m.a.p-l e.", ["Maple"])
    [(6, 15)]
    """
    compiled = _compile(tuple(values))
    return [match.span() for match in compiled.finditer(_bare(text))] if compiled else []


@lru_cache(maxsize=1024)
def _compile(values: tuple[str, ...]) -> re.Pattern[str] | None:
    letters = {"".join(char for char in _bare(value) if char.isalnum()) for value in values}
    wanted = sorted(letters - {""}, key=len, reverse=True)
    return re.compile("|".join(map(_one, wanted))) if wanted else None


def _one(letters: str) -> str:
    between = _BETWEEN if len(letters) >= _SHORTEST_SPLIT else r"\s?"
    body = between.join(map(re.escape, letters))
    left = "" if is_cjk(letters[0]) else r"(?<![a-z0-9])"
    right = "" if is_cjk(letters[-1]) else r"(?![a-z0-9])"
    return left + body + right


@lru_cache(maxsize=READINGS)
def _bare(text: str) -> str:
    """Folded, each accented letter replaced by its base letter; as long as ``text``."""
    return _MAY_BE_ACCENTED.sub(lambda found: _base(found[0]), fold(text))


@lru_cache(maxsize=4096)
def _base(char: str) -> str:
    return unicodedata.normalize("NFD", char)[0]
