"""The prose of a text: what is left beside code, formulas, tables, addresses and quotations."""

from __future__ import annotations

import re
from functools import lru_cache

from persona_env.text.spans import READINGS, quoted

_MAY_HOLD = re.compile(  # any of `$\|={}<>@_, ~~~, ://, www., a/b, a.b; begins with one set: faster
    r"[`$\\|={}<>@_~:w/.](?:(?<=[`$\\|={}<>@_])|(?<=~)~~|(?<=:)//|(?<=w)ww\.|(?<=\w[/.])\w)"
)
_KINDS: dict[str, tuple[str, ...]] = {
    r"^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*(?:\n.*?(?:^ {0,3}(?P=fence)[`~]*[ \t]*$|\Z)|\Z)":
        ("```", "~~~"),
    r"`[^`\n]+`": ("`",),
    r"\$\$(?:(?!\$\$).)+\$\$|\$(?=\S)[^$\n]{1,300}(?<=\S)\$(?!\d)": ("$",),
    r"\\\[(?:(?!\\\[).)*?\\\]|\\\((?:(?!\\\().)*?\\\)"
    r"|\\begin\{(?P<name>\w{1,20})\*?\}(?:(?!\\begin\{).)*?\\end\{(?P=name)\*?\}": ("\\",),
    r"\b(?:https?://|www\.)[^\s<>)]++": ("://", "www."),
    r"[\w.+-]{1,64}+@[\w-]+(?:\.\w+)+": ("@",),
    r"(?<![\w/.~-])[~.]{0,2}/\.?[\w-]++(?:[./]++[\w-]++)*+/?": ("/",),
    r"\b[^\W_]+(?:_[^\W_]+)++(?:\(\))?": ("_",),
    r"(?<![\w.])[a-z]\w*+(?:\.[a-z]\w*+)++\(": ("(",),
    r"(?<![\w./-])[\w/-]++(?:\.\w+)*\."
    r"(?:c|com|cpp|cs|css|csv|go|h|html?|io|java|js|json|md|net|org|py|rb|rs|sh|sql|toml|ts|tsx|txt"
    r"|xml|ya?ml)\b(?![\w.])": (".",),
}  # fmt: skip
"""What is no prose, in the order in which it is tried, and of which marks a text must have one."""
_LINE = re.compile(r"[^\n]+")
_ROW = re.compile(r"\||\t.*\t")
_FORMAL = re.compile(r"[={}\\^|<>;_]|->|::|\w\(")
_SIGN = re.compile(r"[={}()\[\]\\^|<>;_/+$&%#@~\"\d]")
_DENSE = 0.2  # signs and digits of a line, from which it is code or a formula
_WORD = re.compile(r"\w")


@lru_cache(maxsize=READINGS)
def prose(text: str) -> str:
    """The text with blanks in place of code, formulas, rows of tables, addresses: as long as it.

    >>> prose("Run `ls -l` in /usr/bin.").split()
    ['Run', 'in', '.']
    """
    if not _MAY_HOLD.search(text):
        return text
    kinds = tuple([kind for kind, marks in _KINDS.items() if any(mark in text for mark in marks)])
    bare = _code(kinds).sub(_blank, text) if kinds else text
    return _LINE.sub(lambda line: _blank(line) if _is_formal(line[0]) else line[0], bare)


@lru_cache(maxsize=1024)  # at most two to the number of kinds
def _code(kinds: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(kinds), re.M | re.S)


@lru_cache(maxsize=READINGS)
def own_prose(text: str) -> str:
    """:func:`prose` without quotations: lines that begin with ``>``, and what stands in quotes.

    >>> own_prose('> It rained.\\nSo he said "yes, yes".').split()
    ['So', 'he', 'said', '.']
    """
    bare = prose(text)
    if ">" in bare:
        bare = re.sub(r"^[ \t]*>.*", _blank, bare, flags=re.M)
    parts, at = [], 0
    for start, end in quoted(bare):
        parts += [bare[at:start], " " * (end - start)]
        at = end
    return "".join(parts) + bare[at:] if parts else bare


def _blank(found: re.Match[str]) -> str:
    """Blanks, with the line ends that were there."""
    return re.sub(r"[^\n]", " ", found[0])


def _is_formal(line: str) -> bool:
    """Whether a line is a row of a table, a line of code, or a formula."""
    if len(_ROW.findall(line)) > 1 or line.count("\t") > 1:
        return True
    if not _FORMAL.search(line):
        return False
    filled = len(line) - line.count(" ")
    return len(_SIGN.findall(line)) >= _DENSE * filled
