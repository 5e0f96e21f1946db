"""The phrase lists of all languages, compiled once.

An entry of ``languages/CODE/lexicon.toml`` holds one regular expression a line, over folded text; a
blank stands for any white space, ``{name}`` for a list of the language's ``[macros]``, ``{start}``
for the start of a sentence. Lines of a language in the Latin script match whole words, others match
anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache, reduce
from operator import or_

from persona_env.errors import LanguageError, unknown_name
from persona_env.languages import HAN, LATIN, phrase_lines
from persona_env.languages.lexicon import SHARED, list_names
from persona_env.text.prefilter import Index, needs, tokens
from persona_env.text.spans import READINGS, PerWord, Span, fold, outside, quoted

_MACRO = re.compile(r"\{([a-z_]+)\}")
_START = r"^|(?<=[.!?,;:]\s)|(?<=[.!?,;:。])"  # of a sentence or a clause, in any language
_FEW = 2  # lines that are compiled by themselves, if no other line can match
_COMPILED = 4096
_NEVER = r"(?!)"
_LEFT, _RIGHT = r"(?<![a-z0-9à-ÿ])", r"(?![a-z0-9à-ÿ])"


def _fill(line: str, code: str) -> str:
    """The line with its macros; names of groups begin with the language's code."""
    while found := _MACRO.search(line):
        line = f"{line[: found.start()]}(?:{_macro(found[1], code)}){line[found.end() :]}"
    return line.replace(" ", r"\s+").replace("(?P<", f"(?P<{code}_")


def _macro(name: str, code: str) -> str:
    lines = (_START,) if name == "start" else phrase_lines(name, code, "macros")
    if not lines:
        raise LanguageError(f"{code}/lexicon.toml: no {name!r} in [macros], which a line asks for")
    return "|".join(lines)


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The list ``name`` in all its languages as one regular expression over folded text."""
    return _compile(name, tuple(range(len(_expressions(name)))))


@cache
def _expressions(name: str) -> tuple[tuple[str, bool], ...]:
    """The lines of a list in the order in which they are tried; whether they match whole words."""
    if name not in list_names("phrases"):
        raise unknown_name("phrase list", name, list_names("phrases"))
    whole = [_fill(line, code) for code in LATIN for line in phrase_lines(name, code)]
    loose = [_fill(line, code) for code in HAN for line in phrase_lines(name, code)]
    marks = [_fill(line, c) for c in (SHARED, *LATIN) for line in phrase_lines(name, c, "marks")]
    return (*((line, True) for line in whole), *((line, False) for line in (*marks, *loose)))


@lru_cache(maxsize=_COMPILED)
def _compile(name: str, chosen: tuple[int, ...]) -> re.Pattern[str]:
    picked = [_expressions(name)[index] for index in chosen]
    latin = [line for line, whole in picked if whole]
    whole = [f"{_LEFT}(?:{'|'.join(latin)}){_RIGHT}"] if latin else []
    loose = [line for line, is_whole in picked if not is_whole]
    return re.compile("|".join(whole + loose) or _NEVER, re.M)


@cache
def _index() -> Index:
    names = list_names("phrases")
    return Index({name: [needs(*line) for line in _expressions(name)] for name in names})


_marks = PerWord(lambda piece: reduce(or_, map(_index().marks, tokens(piece)), 0))
"""The marks of what stands between blanks: no token holds one."""


@lru_cache(maxsize=READINGS)
def _held(text: str) -> int:
    return reduce(or_, map(_marks.__getitem__, {*fold(text).split()}), _index().of_all)


def may_hold(text: str, name: str) -> bool:
    """Whether the list ``name`` may occur in ``text`` or in a part of it (False is sure).

    >>> may_hold("Haha, no.", "apology"), may_hold("I apologize.", "apology")
    (False, True)
    """
    return bool(_lines(text, name))


def held_in(text: str, names: Sequence[str]) -> list[str]:
    """Those of the lists that may occur in ``text`` or in a part of it: of most texts few.

    >>> held_in("I apologize.", ["humour", "apology"])
    ['apology']
    """
    index, held = _index(), _held(text)
    return [name for name in names if held & index.near[name] and index.lines(held, name)]


def _lines(text: str, name: str) -> tuple[int, ...]:
    """The lines of a list that may match in ``text``: of most lists none."""
    index, held = _index(), _held(text)
    return index.lines(held, name) if held & index.near[name] else ()


def pattern_in(text: str, name: str) -> re.Pattern[str] | None:
    """:func:`pattern`, of those lines alone that may match in ``text``; ``None`` if none can.

    >>> pattern_in("Haha, no.", "apology")
    """
    chosen = _lines(text, name)
    return _chosen(name, chosen) if chosen else None


def _chosen(name: str, lines: tuple[int, ...]) -> re.Pattern[str]:
    return _compile(name, lines) if len(lines) <= _FEW else pattern(name)


@lru_cache(maxsize=READINGS)
def _found(text: str, name: str, chosen: tuple[int, ...]) -> tuple[Span, ...]:
    """Where these lines of a list occur in ``text``, outside quotation marks."""
    found = [match.span() for match in _chosen(name, chosen).finditer(fold(text))]
    if not found:
        return ()
    quotes = quoted(text)
    return tuple(span for span in outside(found, quotes) if span[0] < span[1])


def hits(text: str, name: str) -> tuple[Span, ...]:
    """Where the list ``name`` occurs in ``text``, outside quotation marks.

    >>> hits("Haha, no.", "humour")
    ((0, 4),)
    """
    chosen = _lines(text, name)
    if not chosen:
        return ()
    blanks = len(text) - len(bare := text.lstrip())  # else what starts a text would not be found
    found = _found(bare, name, chosen)
    return tuple((start + blanks, end + blanks) for start, end in found) if blanks else found


def plain_hits(text: str, name: str) -> tuple[Span, ...]:
    """The same without those that a negation stands right before ('not happy to help')."""
    found, folded, negated = hits(text, name), fold(text), pattern("just_negated")
    return tuple(s for s in found if not negated.search(folded[max(0, s[0] - 24) : s[0]]))
