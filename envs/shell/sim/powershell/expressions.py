"""Reads expressions: texts, variables, members, and operators by how they bind."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..limits import Refused
from .reader import NUMBER, Reader
from .syntax import (
    Block,
    Index,
    Joined,
    Literal,
    Member,
    Node,
    Operation,
    Several,
    Variable,
)

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(env:\w+|\w+))", re.I)
_SIGN = re.compile(r"-([a-z]+)\b", re.I)
_MEMBER = re.compile(r"\.([A-Za-z]\w*)")
COMPARED = frozenset({
    "eq", "ne", "lt", "le", "gt", "ge", "like", "notlike", "match", "notmatch", "replace", "in",
    "notin", "contains", "notcontains", "join", "split", "ceq", "cmatch", "clike", "creplace",
    "ieq", "ireplace", "imatch",
})  # fmt: skip
ESCAPES = {"n": "\n", "t": "\t", "r": "", "0": ""}


class ExpressionReader(Reader):
    """Reads an expression where it stands."""

    def expression(self) -> Node:
        """Logic binds least, then comparisons, commas, sums, products."""
        left = self._compared()
        while (sign := self._sign({"and", "or", "xor"})) is not None:
            self.blanks(lines=True)
            left = Operation(sign, left, self._compared())
        return left

    def _sign(self, known: frozenset[str] | set[str]) -> str | None:
        start = self.at
        self.blanks()
        found = _SIGN.match(self.source, self.at)
        if found is not None and found[1].lower() in known:
            self.at = found.end()
            return found[1].lower()
        if found is not None and found[1].lower() in ("f", "is", "as", "band", "bor", "bxor"):
            raise Refused(f"has the operator -{found[1]}, which is not simulated")
        self.at = start
        return None

    def _compared(self) -> Node:
        left = self.several(self._sum)
        while (sign := self._sign(COMPARED)) is not None:
            self.blanks(lines=True)
            left = Operation(sign, left, self.several(self._sum))
        return left

    def several(self, item: Callable[[], Node]) -> Node:
        """What ``item`` reads, once or with commas between."""
        items = [item()]
        while True:
            start = self.at
            self.blanks()
            if not self.take(","):
                self.at = start
                return items[0] if len(items) == 1 else Several(tuple(items))
            self.blanks(lines=True)
            items.append(item())

    def _sum(self) -> Node:
        left = self._product()
        while (sign := self._mark("+-")) is not None:
            left = Operation(sign, left, self._product())
        return left

    def _product(self) -> Node:
        left = self._unary()
        while (sign := self._mark("*/")) is not None:
            left = Operation(sign, left, self._unary())
        return left

    def _mark(self, known: str) -> str | None:
        start = self.at
        self.blanks()
        sign, behind = self.source[self.at : self.at + 1], self.source[self.at + 1 : self.at + 2]
        if not sign or sign not in known or (sign == "-" and behind.isalpha()):
            self.at = start
            return None
        self.at += 1
        self.blanks()
        return sign

    def _unary(self) -> Node:
        self.blanks()
        if self.take("!"):
            return Operation("not", None, self._unary())
        if self._sign({"not"}):
            return Operation("not", None, self._unary())
        if self.peek("-") and self.source[self.at + 1 : self.at + 2].isdecimal():
            self.take("-")
            return Operation("-", None, self._unary())
        return self.postfix()

    def postfix(self) -> Node:
        """A value with the members and places behind it."""
        node = self._primary()
        while True:
            found = _MEMBER.match(self.source, self.at)
            if found is not None and not (isinstance(node, Literal) and node.bare):
                self.at = found.end()
                node = Member(node, found[1].lower(), self._arguments())
            elif self.peek("[") and not isinstance(node, Literal):
                self.take("[")
                node = Index(node, self.expression())
                self.expect("]")
            elif self.peek("::"):
                raise Refused("calls .NET, which is not simulated")
            else:
                return node

    def _arguments(self) -> tuple[Node, ...] | None:
        if not self.take("("):
            return None
        self.blanks()
        if self.take(")"):
            return ()
        node = self.expression()
        self.expect(")")
        return node.items if isinstance(node, Several) else (node,)

    def _primary(self) -> Node:
        if self.take("'"):
            return Literal(self.until_quote())
        if self.take('"'):
            return self._text()
        if self.peek("$(") or self.peek("@("):
            self.at += 2
            body = self.statements(")")
            self.expect(")", lines=True)
            return Several((Block(body),))
        if self.take("("):
            node = self.pipeline()
            self.expect(")", lines=True)
            return node
        if self.peek("{"):
            return self.block()
        variable = _VARIABLE.match(self.source, self.at)
        if variable is not None:
            self.at = variable.end()
            return Variable((variable[1] or variable[2]).lower())
        number = NUMBER.match(self.source, self.at)
        if number is not None:
            self.at = number.end()
            return Literal(self.number(number[0]))
        if self.peek("["):
            raise Refused("names a type of .NET, which is not simulated")
        raise self.refused()

    def _text(self) -> Node:
        """A text in double quotes, up to its end; two marks side by side stand for one."""
        parts: list[Node] = []
        while self.peek('""') or not self.take('"'):
            if self.at >= len(self.source):
                raise Refused("has a text without an end")
            variable = _VARIABLE.match(self.source, self.at)
            if self.take('""'):
                parts.append(Literal('"'))
            elif self.take("`"):
                escaped = self.source[self.at : self.at + 1]
                parts.append(Literal(ESCAPES.get(escaped, escaped)))
                self.at += 1
            elif self.peek("$("):
                parts.append(self._primary())
            elif variable is not None:
                self.at = variable.end()
                parts.append(Variable((variable[1] or variable[2]).lower()))
            else:
                parts.append(Literal(self.source[self.at]))
                self.at += 1
        return Joined(tuple(parts))

    def statements(self, end: str) -> tuple[Node, ...]:
        """Read by the parser that derives from this class."""
        raise NotImplementedError

    def pipeline(self) -> Node:
        """Read by the parser that derives from this class."""
        raise NotImplementedError

    def block(self) -> Block:
        """Read by the parser that derives from this class."""
        raise NotImplementedError
