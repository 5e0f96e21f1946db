"""The phrase lists of ``lexicon.toml``, compiled once.

An entry holds one regular expression per line and language, over folded text; a blank stands for
any white space and ``{name}`` for a list of ``[macros]``. English and Spanish lines match whole
words, Chinese lines match anywhere.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import cast

from persona_env.detectors.text import Span, fold, inside, quoted

_PATH = Path(__file__).with_name("lexicon.toml")
_MACRO = re.compile(r"\{([a-z_]+)\}")
_LEFT, _RIGHT = r"(?<![a-z0-9à-ÿ])", r"(?![a-z0-9à-ÿ])"
_NEGATION = re.compile(
    r"(?:\b(?:not|never|no|hardly|cannot|without|nunca|jamás|tampoco|sin)\s+|n't\s+)(?:\w+\s+)?\Z"
    r"|[不没无未](?:是|有|太|会|能|觉得)?\Z"
)


@cache
def _lists() -> dict[str, dict[str, str]]:
    with _PATH.open("rb") as file:
        return cast("dict[str, dict[str, str]]", tomllib.load(file))


def lines(name: str, language: str) -> tuple[str, ...]:
    """The lines of one list, as they are written."""
    text = _lists()[name].get(language, "")
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _fill(line: str) -> str:
    while found := _MACRO.search(line):
        inner = "|".join(lines("macros", found[1]))
        line = f"{line[: found.start()]}(?:{inner}){line[found.end() :]}"
    return line.replace(" ", r"\s+")


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The list ``name`` in all its languages as one regular expression over folded text."""
    entry = _lists()[name]
    latin = [_fill(line) for key in entry if key != "zh" for line in lines(name, key)]
    chinese = [_fill(line) for line in lines(name, "zh")]
    whole = [f"{_LEFT}(?:{'|'.join(latin)}){_RIGHT}"] if latin else []
    return re.compile("|".join(whole + chinese), re.MULTILINE)


def hits(text: str, name: str) -> tuple[Span, ...]:
    """Where the list ``name`` occurs in ``text``, outside quotation marks.

    >>> hits("Haha, no.", "humour")
    ((0, 4),)
    """
    found = [match.span() for match in pattern(name).finditer(fold(text))]
    if not found:
        return ()
    quotes = quoted(text)
    return tuple(span for span in found if span[0] < span[1] and not inside(span, quotes))


def plain_hits(text: str, name: str) -> tuple[Span, ...]:
    """The same without those that a negation stands right before ('not happy to help')."""
    folded = fold(text)
    found = hits(text, name)
    return tuple(s for s in found if not _NEGATION.search(folded[max(0, s[0] - 24) : s[0]]))
