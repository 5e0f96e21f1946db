"""Options as the tools of Linux and of macOS take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .session import Session, UsageError


@dataclass(frozen=True, slots=True)
class Given:
    """The options that were given, with their values, and the operands."""

    flags: frozenset[str]
    values: Mapping[str, str]
    operands: list[str]

    def __contains__(self, name: object) -> bool:
        return name in self.flags or name in self.values


def read_options(
    session: Session,
    args: list[str],
    flags: str = "",
    values: str = "",
    long: Mapping[str, str] | None = None,
) -> Given:
    """Options of one letter, and long ones (of Linux) that stand for them.

    On Linux options may follow operands; on macOS all behind the first operand is one.
    """
    names = {} if long is None or not session.gnu else long
    found: set[str] = set()
    valued: dict[str, str] = {}
    operands: list[str] = []
    rest = list(args)
    while rest:
        word = rest.pop(0)
        if word == "--":
            operands += rest
            break
        if word.startswith("--") and session.gnu:
            _long(word, names, values, rest, found=found, valued=valued)
        elif word.startswith("-") and len(word) > 1:
            _short(word, flags, values, rest, found=found, valued=valued)
        else:
            operands.append(word)
            if not session.gnu:
                operands += rest
                break
    return Given(frozenset(found), valued, operands)


def _long(
    word: str,
    names: Mapping[str, str],
    values: str,
    rest: list[str],
    *,
    found: set[str],
    valued: dict[str, str],
) -> None:
    name, has_value, value = word[2:].partition("=")
    if name not in names:
        raise UsageError(f"unrecognized option '--{name}'")
    letter = names[name]
    if letter not in values:
        if has_value:
            raise UsageError(f"option '--{name}' doesn't allow an argument")
        found.add(letter)
    elif has_value:
        valued[letter] = value
    else:
        valued[letter] = _next(rest, name)


def _short(
    word: str, flags: str, values: str, rest: list[str], *, found: set[str], valued: dict[str, str]
) -> None:
    for place, letter in enumerate(word[1:], 2):
        if letter in values:
            valued[letter] = word[place:] or _next(rest, letter)
            return
        if letter not in flags:
            raise UsageError(f"invalid option -- '{letter}'")
        found.add(letter)


def _next(rest: list[str], name: str) -> str:
    if not rest:
        raise UsageError(f"option requires an argument -- '{name}'")
    return rest.pop(0)


def whole(text: str) -> int:
    """A whole number, or :class:`UsageError`."""
    if not text.lstrip("+-").isascii() or not text.lstrip("+-").isdecimal() or len(text) > 9:
        raise UsageError(f"invalid number '{text}'")
    return int(text)
