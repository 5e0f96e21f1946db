"""Reads a script of the subset; everything else is refused with a reason."""

from __future__ import annotations

import re

from ..limits import DEPTH, Refused
from .expressions import ExpressionReader
from .syntax import Assign, Block, Command, ForEach, If, Joined, Literal, Node, Pipeline

_NAME = re.compile(r"[A-Za-z_?%][\w.?%\\:-]*|\.")
_PARAMETER = re.compile(r"-([A-Za-z]\w*)(:?)")
_BARE = re.compile(r"(?:`.|[^\s;|(){},\"'$&<>`@#]|#(?<=[^\s]#))+")
WORDS = frozenset({"while", "do", "for", "switch", "function", "try", "trap", "param", "class",
                   "filter", "begin", "process", "end", "return", "throw", "using"})  # fmt: skip


class Parser(ExpressionReader):
    """Reads statements; expressions are read by its base."""

    def script(self) -> tuple[Node, ...]:
        """All statements."""
        found = self.statements("")
        if self.at < len(self.source):
            raise self.refused()
        return found

    def statements(self, end: str) -> tuple[Node, ...]:
        """Statements up to ``end``, which is not read."""
        self.deeper()
        found: list[Node] = []
        while True:
            self.blanks(lines=True)
            if self.take(";"):
                continue
            if self.at >= len(self.source) or (end and self.peek(end)):
                self.depth -= 1
                return tuple(found)
            found.append(self._statement())
            self.blanks()
            if not (self.peek(";") or self.peek("\n") or self.at >= len(self.source)
                    or (end and self.peek(end))):  # fmt: skip
                raise self.refused()

    def deeper(self) -> None:
        """Count how deep the syntax is."""
        self.depth += 1
        if self.depth > DEPTH:
            raise Refused("is nested too deep")

    def _statement(self) -> Node:
        word = re.compile(r"[A-Za-z]+(?=[\s({])").match(self.source, self.at)
        name = word[0].lower() if word else ""
        if name in WORDS:
            raise Refused(f"has {name!r}, which is not simulated")
        if name == "foreach" and word is not None and self._opens(word.end()):
            return self._foreach(word.end())
        if name == "if" and word is not None:
            self.at = word.end()
            return self._if()
        assigned = re.compile(r"\$(\w+)\s*=(?!=)\s*").match(self.source, self.at)
        if assigned:
            self.at = assigned.end()
            return Assign(assigned[1].lower(), self.pipeline())
        return self.pipeline()

    def _opens(self, at: int) -> bool:
        return self.source[at:].lstrip().startswith("(")

    def _foreach(self, at: int) -> Node:
        found = re.compile(r"\s*\(\s*\$(\w+)\s+in\s+", re.I).match(self.source, at)
        if found is None:
            raise self.refused()
        self.at = found.end()
        items = self.pipeline()
        self.expect(")")
        return ForEach(found[1].lower(), items, self.block())

    def _if(self) -> Node:
        self.expect("(")
        condition = self.pipeline()
        self.expect(")")
        body = self.block()
        start = self.at
        self.blanks(lines=True)
        word = re.compile(r"(elseif|else)\b", re.I).match(self.source, self.at)
        if word is None:
            self.at = start
            return If(condition, body, None)
        if word[1].lower() == "elseif":
            raise Refused("has 'elseif', which is not simulated")
        self.at = word.end()
        return If(condition, body, self.block())

    def block(self) -> Block:
        """``{ ... }``."""
        self.expect("{", lines=True)
        body = self.statements("}")
        self.expect("}", lines=True)
        return Block(body)

    def pipeline(self) -> Node:
        """Parts between bars, and maybe a file at the end."""
        self.deeper()
        parts = [self._part()]
        while self.peek("|") and not self.peek("||"):
            self.take("|")
            self.blanks(lines=True)
            parts.append(self._part())
        target, more = None, False
        if self.peek(">"):
            more = self.take(">>")
            if not more:
                self.take(">")
            self.blanks()
            target = self._value()
            self.blanks()
        if self.peek("&"):
            raise Refused("runs in the background, or several commands in a chain")
        if self.peek("||"):
            raise Refused("runs several commands in a chain")
        self.depth -= 1
        if len(parts) == 1 and target is None:
            return parts[0]
        return Pipeline(tuple(parts), target, more)

    def _part(self) -> Node:
        self.blanks()
        if self.peek("&"):
            raise Refused("calls a program by the call operator")
        found = _NAME.match(self.source, self.at)
        if found is None:
            node = self.expression()
            self.blanks()
            return node
        if found[0] == ".":
            raise Refused("runs a script")
        self.at = found.end()
        return self._command(found[0])

    def _command(self, name: str) -> Node:
        args: list[tuple[str | None, Node | None]] = []
        while True:
            self.blanks()
            if self.at >= len(self.source) or self.source[self.at] in "\n;|)}>&":
                return Command(name, tuple(args))
            if re.compile(r"[2-6*]>").match(self.source, self.at):
                self._errors()
                continue
            found = _PARAMETER.match(self.source, self.at)
            if found is None:
                args.append((None, self.several(self._value)))
                continue
            self.at = found.end()
            args.append((found[1], self._value() if found[2] else None))

    def _errors(self) -> None:
        found = re.compile(r"[2*]>\s*\$null").match(self.source, self.at)
        if found is None:
            raise Refused("redirects errors, which is not simulated")
        self.at = found.end()

    def _value(self) -> Node:
        """One argument: a bare word, or what begins like an expression."""
        if self.source[self.at : self.at + 1] in "'\"$({@":
            node = self.postfix()
            rest = _BARE.match(self.source, self.at)
            if rest is None:
                return node
            self.at = rest.end()
            return Joined((node, Literal(rest[0])))
        found = _BARE.match(self.source, self.at)
        if found is None:
            raise self.refused()
        self.at = found.end()
        text = re.sub(r"`(.)", r"\1", found[0])
        if self.peek("$") or self.peek('"') or self.peek("'"):
            return Joined((Literal(text), self._value()))
        return Literal(self.number(text), bare=True)
