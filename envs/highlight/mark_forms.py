"""The expressions by which marks are found: numbers of statements, confidences, sources."""

from __future__ import annotations

import re
from functools import cache

from .words import either

PAIRS = re.compile(
    r"[,;，；、]\s*+(?=[\"'\[(]*+\d{1,3}[\"'\])]*+\s*+"
    r"(?:[:：=]|[-–—]>?\s*+(?:\d{1,3}(?:[.,]\d+)?\s*+[%％]|[01]?\.\d)))"
)
"""Where a line with several marks is divided."""
DECIMAL = re.compile(r"(?<![\w.,])((?:[01][.,]|\.)\d+)(?![\w%％]|[.,]\d)")
LETTER = re.compile(r"(?<![^\W\d_])([A-F])(?![\w'’])")
"""The letter of a source, standing alone."""
_LETTERS = r"[A-F](?:[\s,;&+/、，]+[A-F])*"
LETTERS = re.compile(_LETTERS)
"""Letters of sources, and nothing else."""
BRACKETS = re.compile(rf"[(\[（【]({_LETTERS})[)\]）】]")
_LEAD = r"[\s>*_\-•·|#(\[{【（\"'✓✔✅]*+"
_NUMBER = r"(\d{1,3}(?:[.,]\d+)?|\.\d+)"
_DIVIDES = r"[:：=|)、]|\.(?!\d)|->|→|[–—-]|(?=[\s(（~≈])|(?<=\s)"


@cache
def _unit() -> str:
    return rf"\s*(%|％|/\s*100\b|{either('percent')})"


@cache
def percent() -> re.Pattern[str]:
    """A number with the sign or word for percent."""
    return re.compile(rf"(?<![\w.,]){_NUMBER}{_unit()}", re.IGNORECASE)


@cache
def at_once() -> re.Pattern[str]:
    """A confidence with nothing but words for one before it."""
    about = rf"(?:{either('about')}[\s:：=]*+)*+"
    before = rf"[\s:：=|*_~≈(（]*+{about}[*_]*+"
    return re.compile(rf"{before}{_NUMBER}(?:{_unit()})?(?![\w%])", re.IGNORECASE)


@cache
def head() -> re.Pattern[str]:
    """The number of a statement (group 2), or several before a colon (group 1)."""
    label = rf"(?:{either('label')}\s*[.:#°º]?\s*)?"
    join = rf"\s*(?:[,，、&/\-–—]|{either('join')}|{either('range')})\s*"
    many = rf"(\d{{1,3}}(?:{join}\d{{1,3}})+)[\])）】*]*\s*[:：=]"
    one = rf"(\d{{1,3}})[\])}}】）*\"']*\s*+(?:{either('counter')}\s*+)?(?:{_DIVIDES})"
    return re.compile(rf"{_LEAD}{label}[\[(【#*\"']*+(?:{many}|{one})", re.IGNORECASE)


@cache
def span_of_numbers() -> re.Pattern[str]:
    """``1-3``, or the same in words."""
    return re.compile(rf"(\d{{1,3}})\s*(?:[-–—]|{either('range')})\s*(\d{{1,3}})", re.IGNORECASE)


@cache
def numbers_alone() -> re.Pattern[str]:
    """A line with nothing but the numbers of statements, and maybe a word before a colon."""
    one = r"\[?\d{1,3}\]?"
    between = rf"[\s,;，、]++(?:{either('join')}\s*+)?"
    return re.compile(
        rf"[^\w\[]*(?:\w+\s*[:：]\s*)?{one}(?:{between}{one})*[\s.。]*", re.IGNORECASE
    )
