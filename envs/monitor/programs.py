"""A program as a reply writes it: an expression, a ``lambda``, or a function of one ``return``."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Any, NamedTuple

from .expressions import evaluate, parse
from .subset import ProgramError


class Program(NamedTuple):
    """An expression in one argument."""

    argument: str
    body: ast.expr

    def run(self, value: Any) -> Any:
        """Its value for this argument; raises :class:`ProgramError`."""
        return evaluate(self.body, {self.argument: value})


@lru_cache(maxsize=4096)
def read_program(text: str, argument: str) -> Program:
    """The program that a text is: an expression in ``argument``, a ``lambda``, or a function whose
    body is one ``return``. Raises :class:`ProgramError`.

    >>> read_program("lambda n: 2 * n + 1", "n").run(4), read_program("n % 3", "n").run(4)
    (9, 1)
    """
    tree = parse(text, "exec")
    body = [s for s in tree.body if not _is_doc(s)]
    if len(body) != 1:
        raise ProgramError("one expression or one function is wanted")
    (only,) = body
    if isinstance(only, ast.FunctionDef):
        inner = [s for s in only.body if not _is_doc(s)]
        if len(inner) == 1 and isinstance(inner[0], ast.Return) and inner[0].value is not None:
            return Program(_argument(only.args), inner[0].value)
    value = only.value if isinstance(only, ast.Expr | ast.Assign) else None
    if isinstance(value, ast.Lambda):
        return Program(_argument(value.args), value.body)
    if isinstance(only, ast.Expr):
        return Program(argument, only.value)
    raise ProgramError("one expression, or a function whose body is one return, is wanted")


def _is_doc(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _argument(given: ast.arguments) -> str:
    if len(given.args) != 1 or given.vararg or given.kwonlyargs or given.kwarg or given.posonlyargs:
        raise ProgramError("a function of one argument is wanted")
    return given.args[0].arg
