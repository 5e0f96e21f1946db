"""A small subset of Python expressions, evaluated over their syntax tree: nothing is ever executed.

There are no attributes but a few methods of texts and lists, no imports, no assignments, and every
value and the number of steps are bounded, so that a reply cannot reach or slow down the host.
"""

from __future__ import annotations

import ast
from typing import Any

from .subset import (
    ARITHMETIC,
    COMPARISONS,
    EXPONENT,
    FUNCTIONS,
    MADE,
    METHODS,
    MOST,
    ProgramError,
    bounded,
)

LONGEST = 1_000  # characters of a program
DEEPEST = 30  # brackets that are open at once, and nodes above each other
STEPS = 20_000


def parse(text: str, mode: str = "eval") -> Any:
    """The syntax tree of a text within bounds; raises :class:`ProgramError`."""
    if len(text) > LONGEST or _depth(text) > DEEPEST:
        raise ProgramError("too long or too deep")
    try:
        return ast.parse(text.strip(), mode=mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ProgramError("no expression of Python") from error


def _depth(text: str) -> int:
    most = now = 0
    for mark in text:
        now += (mark in "([{") - (mark in ")]}")
        most = max(most, now)
    return most


def evaluate(node: ast.expr, names: dict[str, Any]) -> Any:
    """The value of an expression with these names; raises :class:`ProgramError`."""
    try:
        return _Run(dict(names)).value(node)
    except (TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        raise ProgramError(f"{type(error).__name__}: {error}") from error


class _Run:
    """One evaluation: names, and how many steps are left."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names, self.left = names, STEPS

    def value(self, node: ast.AST) -> Any:
        self.left -= 1
        if self.left < 0:
            raise ProgramError("too many steps")
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            raise ProgramError(f"{type(node).__name__} is not in the subset")
        return bounded(method(node))

    def _Constant(self, node: ast.Constant) -> Any:
        if not isinstance(node.value, bool | int | float | str | None):
            raise ProgramError("a constant of another kind")
        return node.value

    def _Name(self, node: ast.Name) -> Any:
        if node.id not in self.names:
            raise ProgramError(f"{node.id!r} is not known")
        return self.names[node.id]

    def _BinOp(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Mult):
            size = max((len(v) for v in (left, right) if isinstance(v, str | list)), default=0)
            count = max((v for v in (left, right) if isinstance(v, int)), default=0)
            return left * right if size * count <= MOST else bounded([None] * (MOST + 1))
        if isinstance(node.op, ast.Pow) and numbers and abs(right) <= EXPONENT:
            return bounded(float(left) ** right) and left**right
        if type(node.op) in ARITHMETIC and numbers:
            return ARITHMETIC[type(node.op)](left, right)
        raise ProgramError("an operation that is not in the subset")

    def _UnaryOp(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return not value
        if isinstance(node.op, ast.USub):
            return -value
        raise ProgramError("an operation that is not in the subset")

    def _BoolOp(self, node: ast.BoolOp) -> Any:
        stops = isinstance(node.op, ast.Or)
        for one in node.values:
            value = self.value(one)
            if bool(value) is stops:
                return value
        return value

    def _Compare(self, node: ast.Compare) -> bool:
        left = self.value(node.left)
        for kind, one in zip(node.ops, node.comparators, strict=True):
            right = self.value(one)
            if type(kind) not in COMPARISONS:
                raise ProgramError("a comparison that is not in the subset")
            if not COMPARISONS[type(kind)](left, right):
                return False
            left = right
        return True

    def _IfExp(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.value(node.test) else node.orelse)

    def _Subscript(self, node: ast.Subscript) -> Any:
        return self.value(node.value)[self.value(node.slice)]

    def _Slice(self, node: ast.Slice) -> slice:
        return slice(*(x and self.value(x) for x in (node.lower, node.upper, node.step)))

    def _items(self, node: Any) -> Any:
        return MADE[type(node)]([self.value(one) for one in node.elts])

    _List = _Tuple = _Set = _items

    def _Dict(self, node: ast.Dict) -> dict[Any, Any]:
        pairs = zip(node.keys, node.values, strict=True)
        return {self.value(key): self.value(value) for key, value in pairs if key is not None}

    def _Call(self, node: ast.Call) -> Any:
        given = [self.value(one) for one in node.args]
        named = {str(word.arg): self.value(word.value) for word in node.keywords}
        if named.keys() - {"reverse", "default"}:
            raise ProgramError("an argument that is not in the subset")
        if isinstance(node.func, ast.Attribute):
            owner = self.value(node.func.value)
            if node.func.attr not in METHODS.get(type(owner), ()):
                raise ProgramError(f"no method {node.func.attr!r} in the subset")
            return getattr(owner, node.func.attr)(*given, **named)
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            raise ProgramError("a function that is not in the subset")
        self.left -= sum(len(one) for one in given if isinstance(one, str | list | tuple))
        return FUNCTIONS[node.func.id](*given, **named)

    def _comprehension(self, node: Any) -> list[Any]:
        if len(node.generators) != 1 or not isinstance(node.generators[0].target, ast.Name):
            raise ProgramError("a comprehension over one name is wanted")
        (loop,) = node.generators
        name, before, found = loop.target.id, self.names, []
        for item in self.value(loop.iter):
            self.names = {**before, name: item}
            if all(self.value(test) for test in loop.ifs):
                found.append(self.value(node.elt))
        self.names = before
        return found

    _ListComp = _GeneratorExp = _comprehension
