"""Values of variables, and what ``${name...}`` makes of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..limits import Refused
from ..run import Shell
from .globs import Char, matches
from .session import Session

_PLAIN = re.compile(r"\$(\w+|[?#@*$!-])|\$\{(\w+|\?)\}")
_LENGTH = re.compile(r"\$\{#(\w+)\}")
_OPERATED = re.compile(r"\$\{(\w+)(:-|:\+|%%|##|//|,,|\^\^|[%#/^,]|:)(.*)\}", re.S)
_INNER = re.compile(r'"([^"]*)"|\'([^\']*)\'|\$\{?(\w+)\}?|\\(.)|(.)', re.S)
UNKNOWN = {"RANDOM", "SECONDS", "BASHPID", "EPOCHSECONDS", "LINENO", "0", "1", "2", "3", "@", "*"}


def value_of(source: str, session: Session) -> str:
    """The value of ``$name`` or ``${name...}``; raises :class:`Refused` for what is not simulated.

    An unset variable is empty.
    """
    if found := _PLAIN.fullmatch(source):
        return _variable(found[1] or found[2], session)
    if found := _LENGTH.fullmatch(source):
        return str(len(_variable(found[1], session)))
    found = _OPERATED.fullmatch(source)
    if found is None or "$(" in source or "`" in source:
        raise Refused(f"has the expansion {source[:40]!r}, which is not simulated")
    name, operator, rest = found.groups()
    return _changed(_variable(name, session), operator, rest, session)


def _variable(name: str, session: Session) -> str:
    if name == "?":
        return str(session.status)
    if name in UNKNOWN or not (name[0].isalpha() or name[0] == "_"):
        raise Refused(f"reads ${name}, which is not simulated")
    known = {"HOME": session.disk.home, "PWD": session.cwd, "USER": "sam", **session.variables}
    return known.get(name, "")


def _changed(value: str, operator: str, rest: str, session: Session) -> str:
    if operator in (":-", ":+"):
        instead = "".join(c for c, _ in _chars(rest, session))
        return (value or instead) if operator == ":-" else (instead if value else "")
    if operator in ("%", "%%", "#", "##"):
        return _trimmed(value, operator, _chars(rest, session))
    if operator in ("/", "//"):
        pattern, _, new = _halves(rest)
        text = "".join(c for c, _ in _chars(new, session))
        return _replaced(value, _chars(pattern, session), text, operator == "//")
    if operator in (",,", "^^", ",", "^") and session.shell is not Shell.BASH:
        raise Refused(f"has ${{...{operator}}}, which this shell does not know")
    if operator == ":":
        return _slice(value, rest)
    if rest:
        raise Refused("changes the case of a pattern, which is not simulated")
    change: Callable[[str], str] = str.lower if operator.startswith(",") else str.upper
    return change(value) if len(operator) == 2 else change(value[:1]) + value[1:]


def _slice(value: str, rest: str) -> str:
    found = re.fullmatch(r"(\d{1,4})(?::(\d{1,4}))?", rest)
    if found is None:
        raise Refused("has a substring expansion that is not simulated")
    start = int(found[1])
    return value[start : None if found[2] is None else start + int(found[2])]


def _halves(rest: str) -> tuple[str, str, str]:
    """The pattern and what replaces it; a slash behind a backslash belongs to the pattern."""
    for at, char in enumerate(rest):
        if char == "/" and at and rest[at - 1] != "\\":
            return rest[:at], "/", rest[at + 1 :]
    return rest, "", ""


def _chars(text: str, session: Session) -> list[Char]:
    """The characters of a pattern: of quotes, variables and behind backslashes they stand for
    themselves."""
    found: list[Char] = []
    for double, single, name, escaped, plain in _INNER.findall(text):
        if plain:
            found.append((plain, False))
        else:
            value = _variable(name, session) if name else double or single or escaped
            if double and "$" in double:
                raise Refused("has a quoted variable in a pattern, which is not simulated")
            found += [(c, True) for c in value]
    return found


def _trimmed(value: str, operator: str, pattern: Sequence[Char]) -> str:
    """Without the shortest (longest) end or beginning that fits."""
    ends = range(len(value), -1, -1) if operator in ("%", "##") else range(len(value) + 1)
    for at in ends:
        part = value[at:] if operator[0] == "%" else value[:at]
        if matches(pattern, part):
            return value[:at] if operator[0] == "%" else value[at:]
    return value


def _replaced(value: str, pattern: Sequence[Char], new: str, every: bool) -> str:
    """With the first (every) longest part that fits replaced."""
    if len(value) > 200:
        raise Refused("replaces in a text of more than 200 characters")
    found, at = [], 0
    while at < len(value):
        end = next((e for e in range(len(value), at, -1) if matches(pattern, value[at:e])), None)
        if end is None:
            found.append(value[at])
            at += 1
            continue
        found.append(new)
        at = end
        if not every:
            break
    return "".join(found) + value[at:]
