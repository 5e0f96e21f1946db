"""``[ ... ]``, ``[[ ... ]]`` and ``test``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..limits import Refused
from .globs import matches
from .options import whole
from .session import Session, Streams, UsageError, tool
from .syntax import text_of
from .words import Words

if TYPE_CHECKING:
    from tree_sitter import Node

NUMBERS = ("-eq", "-ne", "-lt", "-le", "-gt", "-ge")


def holds(node: Node, session: Session, words: Words) -> bool:
    """Whether the condition in brackets is true."""
    if len(node.named_children) != 1:
        raise Refused("has a test that is not simulated")
    return _holds(node.named_children[0], session, words, node.children[0].type == "[[")


def _holds(node: Node, session: Session, words: Words, double: bool) -> bool:
    if node.type == "unary_expression":
        sign, value = node.children
        if text_of(sign) == "!":
            return not _holds(value, session, words, double)
        return unary(session, text_of(sign), words.one(value))
    if node.type == "binary_expression":
        left, sign, right = node.children
        name = text_of(sign)
        if name in ("&&", "||"):
            first = _holds(left, session, words, double)
            return first if first == (name == "||") else _holds(right, session, words, double)
        if double and name in ("=", "==", "!="):
            return matches(words.pattern(right), words.one(left)) == (name != "!=")
        return binary(words.one(left), name, words.one(right))
    if node.type == "parenthesized_expression":
        return _holds(node.named_children[0], session, words, double)
    return bool(words.one(node))


def unary(session: Session, sign: str, value: str) -> bool:
    """A test of one word."""
    if sign in ("-n", "-z"):
        return bool(value) == (sign == "-n")
    found = session.disk.get(session.path(value)) if value else None
    if sign in ("-e", "-f", "-d", "-s"):
        if found is None:
            return False
        known = {"-e": True, "-f": found.kind == "file", "-d": found.kind == "dir"}
        return known.get(sign, found.kind == "dir" or found.size > 0)
    raise Refused(f"has the test {sign!r}, which is not simulated")


def binary(left: str, sign: str, right: str) -> bool:
    """A test of two words."""
    if sign in ("=", "==", "!="):
        return (left == right) == (sign != "!=")
    if sign not in NUMBERS:
        raise Refused(f"has the test {sign!r}, which is not simulated")
    try:
        a, b = whole(left), whole(right)
    except UsageError:
        return False
    return (a == b, a != b, a < b, a <= b, a > b, a >= b)[NUMBERS.index(sign)]


@tool("test")
def test(session: Session, io: Streams, args: list[str]) -> int:
    """``test``, with up to three words."""
    if args[:1] == ["!"]:
        return 1 - test(session, io, args[1:])
    if len(args) == 3:
        return int(not binary(*args))
    if len(args) == 2:
        return int(not unary(session, *args))
    if len(args) > 3:
        raise Refused("has a test that is not simulated")
    return int(not (args and args[0]))
