"""From a word of the source to the words that a command is handed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..limits import WORDS, Refused
from ..run import Shell
from . import globs
from .braces import braced
from .globs import Char
from .parameters import value_of
from .session import Session
from .syntax import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

Substitute = Callable[[Session, "Node"], str]
"""Runs a command substitution and gives what it prints."""
IN_QUOTES = re.compile(r'\\([\\"$`\n])')
ANSI = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"', "0": "\0"}
FIELD_ENDS = " \t\n"
SPLIT: Char = ("", False)
"""Where an unquoted expansion ends a word."""


class NoMatch(Exception):
    """A pattern of zsh that no file fits."""


class Words:
    """Expands the words of one command."""

    def __init__(self, session: Session, substitute: Substitute) -> None:
        self.session, self._substitute = session, substitute

    def all_of(self, node: Node) -> list[str]:
        """Every word that a word of the source becomes."""
        found: list[str] = []
        for chars in braced(self._chars(node, splits=True)):
            for part in _fields(chars):
                found += self._globbed(part)
            if len(found) > WORDS:
                raise Refused(f"expands to more than {WORDS} words")
        return found

    def one(self, node: Node) -> str:
        """The one text that a word becomes where words are not split: values, patterns, tests."""
        return "".join(c for c, _ in self._chars(node, splits=False))

    def pattern(self, node: Node) -> tuple[Char, ...]:
        """The word with what is quoted, to be matched."""
        return tuple(self._chars(node, splits=False))

    def _globbed(self, part: list[Char]) -> list[str]:
        text = "".join(c for c, _ in part)
        if not globs.is_pattern(part):
            return [text]
        zsh = self.session.shell is Shell.ZSH
        self.session.budget.spend(len(self.session.disk.entries) // 10)
        found = globs.expand(part, self.session.disk, self.session.cwd, deep=zsh)
        if not found and zsh:
            raise NoMatch(text)
        return found or [text]

    def _chars(self, node: Node, splits: bool) -> list[Char]:
        """The characters of a word: a quoted empty text is ``("", True)``."""
        kind, text = node.type, text_of(node)
        if kind in ("word", "number", "brace_expression", "regex", "command_name", "test_operator",
                    "special_variable_name", "file_descriptor"):  # fmt: skip
            if node.named_child_count and kind == "command_name":
                return self._chars(node.named_children[0], splits)
            return self._tilde(list(_unescaped(text)))
        if kind == "extglob_pattern" and "(" not in text:  # so is any pattern in a test
            return list(_unescaped(text))
        if kind == "concatenation":
            parts = [self._chars(child, splits) for child in node.children]
            return self._tilde([char for part in parts for char in part])
        if kind == "raw_string":
            return [("", True), *((c, True) for c in text[1:-1])]
        if kind == "ansi_c_string":
            inner = re.sub(r"\\(.)", lambda m: ANSI.get(m[1], m[0]), text[2:-1], flags=re.S)
            return [("", True), *((c, True) for c in inner)]
        if kind == "string":
            return [("", True), *((c, True) for c in self._quoted(node))]
        if kind in ("simple_expansion", "expansion", "command_substitution"):
            return self._unquoted(self._value(node), splits)
        raise Refused(f"has {kind.replace('_', ' ')} {text[:40]!r}, which is not simulated")

    def _unquoted(self, value: str, splits: bool) -> list[Char]:
        if not splits or self.session.shell is Shell.ZSH:
            return [(c, True) for c in value]  # zsh neither splits nor matches what it expands
        return [SPLIT if c in FIELD_ENDS else (c, False) for c in value]

    def _quoted(self, node: Node) -> str:
        """What stands between double quotes, with its expansions."""
        source, start = text_of(node).encode(), node.start_byte
        found, at = [], 1
        for child in node.named_children:
            if child.type == "string_content":
                continue
            first, last = child.start_byte - start, child.end_byte - start
            found += [IN_QUOTES.sub(_escape, source[at:first].decode()), self._value(child)]
            at = last
        found.append(IN_QUOTES.sub(_escape, source[at:-1].decode()))
        return "".join(found)

    def _value(self, node: Node) -> str:
        if node.type == "command_substitution":
            return self._substitute(self.session, node).rstrip("\n")
        if node.type in ("simple_expansion", "expansion"):
            return value_of(text_of(node), self.session)
        raise Refused(f"has {node.type.replace('_', ' ')}, which is not simulated")

    def _tilde(self, chars: list[Char]) -> list[Char]:
        if chars[:1] == [("~", False)] and (len(chars) == 1 or chars[1][0] == "/"):
            return [*((c, True) for c in self.session.disk.home), *chars[1:]]
        return chars


def _escape(found: re.Match[str]) -> str:
    return "" if found[1] == "\n" else found[1]


def _unescaped(text: str) -> Iterator[Char]:
    at = 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
            if text[at] != "\n":
                yield text[at], True
        else:
            yield text[at], False
        at += 1


def _fields(chars: list[Char]) -> Iterator[list[Char]]:
    """The words that are left when unquoted expansions are split; empty ones only if quoted."""
    part: list[Char] = []
    for char in chars:
        if char == SPLIT:
            if part:
                yield [one for one in part if one[0]]
            part = []
        else:
            part.append(char)
    if part:
        yield [one for one in part if one[0]]
