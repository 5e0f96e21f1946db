"""The phrase lists of ``lexicon.toml``, compiled once.

An entry holds one regular expression per line and language, over folded text; a blank stands for
any white space and ``{name}`` for a list of ``[macros]``. English and Spanish lines match whole
words, Chinese lines match anywhere.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache, reduce
from operator import or_
from pathlib import Path
from typing import cast

from persona_env.text.prefilter import Index, needs, tokens
from persona_env.text.spans import READINGS, PerWord, Span, fold, inside, quoted

_PATH = Path(__file__).with_name("lexicon.toml")
_MACRO = re.compile(r"\{([a-z_]+)\}")
_NO_EXPRESSIONS = (
    "macros", "function_words", "extra",
    "determiner", "never_after_determiner", "never_joined", "never_inside", "never_last",
    "said_twice", "particle",
)  # fmt: skip
_FEW = 2  # lines that are compiled by themselves, if no other line can match
_COMPILED = 4096
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
    return _compile(name, tuple(range(len(_expressions(name)))))


@cache
def _expressions(name: str) -> tuple[tuple[str, bool], ...]:
    """The lines of a list in the order in which they are tried; whether they match whole words."""
    entry = _lists()[name]
    latin = [(_fill(line), True) for key in entry if key != "zh" for line in lines(name, key)]
    return (*latin, *((_fill(line), False) for line in lines(name, "zh")))


@lru_cache(maxsize=_COMPILED)
def _compile(name: str, chosen: tuple[int, ...]) -> re.Pattern[str]:
    picked = [_expressions(name)[index] for index in chosen]
    latin = [line for line, whole in picked if whole]
    whole = [f"{_LEFT}(?:{'|'.join(latin)}){_RIGHT}"] if latin else []
    return re.compile("|".join(whole + [line for line, is_whole in picked if not is_whole]), re.M)


@cache
def _index() -> Index:
    names = [name for name in _lists() if name not in _NO_EXPRESSIONS]
    return Index({name: [needs(*line) for line in _expressions(name)] for name in names})


_marks = PerWord(lambda token: _index().marks(token))


@lru_cache(maxsize=READINGS)
def _held(text: str) -> int:
    return reduce(or_, map(_marks.__getitem__, tokens(fold(text))), _index().of_all)


def may_hold(text: str, name: str) -> bool:
    """Whether the list ``name`` may occur in ``text`` or in a part of it (False is sure).

    >>> may_hold("Haha, no.", "apology"), may_hold("I apologize.", "apology")
    (False, True)
    """
    return bool(_lines(text, name))


def _lines(text: str, name: str) -> tuple[int, ...]:
    """The lines of a list that may match in ``text``: of most lists none."""
    index, held = _index(), _held(text)
    return index.lines(held, name) if held & index.near[name] else ()


@lru_cache(maxsize=READINGS)
def _found(text: str, name: str, chosen: tuple[int, ...]) -> tuple[Span, ...]:
    """Where these lines of a list occur in ``text``, outside quotation marks."""
    compiled = _compile(name, chosen) if len(chosen) <= _FEW else pattern(name)
    found = [match.span() for match in compiled.finditer(fold(text))]
    if not found:
        return ()
    quotes = quoted(text)
    return tuple(span for span in found if span[0] < span[1] and not inside(span, quotes))


def hits(text: str, name: str) -> tuple[Span, ...]:
    """Where the list ``name`` occurs in ``text``, outside quotation marks.

    >>> hits("Haha, no.", "humour")
    ((0, 4),)
    """
    chosen = _lines(text, name)
    return _found(text, name, chosen) if chosen else ()


def plain_hits(text: str, name: str) -> tuple[Span, ...]:
    """The same without those that a negation stands right before ('not happy to help')."""
    found, folded = hits(text, name), fold(text)
    return tuple(s for s in found if not _NEGATION.search(folded[max(0, s[0] - 24) : s[0]]))
