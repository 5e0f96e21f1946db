"""Which programs are in the subset, told before anything runs."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from .errors import Refused
from .methods import NAMES

LONGEST = 6000  # characters of a program
STATEMENTS = (
    ast.FunctionDef, ast.Return, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.While,
    ast.If, ast.Break, ast.Continue, ast.Pass, ast.Expr, ast.Delete, ast.Assert, ast.Raise,
)  # fmt: skip
EXPRESSIONS = (
    ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Lambda, ast.IfExp, ast.Dict, ast.Set, ast.ListComp,
    ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Compare, ast.Call, ast.JoinedStr,
    ast.FormattedValue, ast.Constant, ast.Attribute, ast.Subscript, ast.Name, ast.List, ast.Tuple,
    ast.Slice,
)  # fmt: skip
ALLOWED = (
    *STATEMENTS, *EXPRESSIONS, ast.Module, ast.arguments, ast.arg, ast.keyword, ast.comprehension,
    ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop,
)  # fmt: skip
CONSTANTS = (type(None), bool, int, float, str)


def parse(source: str) -> ast.Module:
    """The tree of a program of the subset; raises :class:`Refused` for any other."""
    if len(source) > LONGEST:
        raise Refused(f"more than {LONGEST} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a stranger's program, such as '\d' in a text
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        told = error.msg if isinstance(error, SyntaxError) else type(error).__name__
        raise Refused(f"it does not parse: {told}") from None
    for node in _parts(tree):
        _check(node)
    return tree


def _parts(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but annotations, which nobody evaluates."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns"):
                continue
            found = value if isinstance(value, list) else [value]
            waiting += [one for one in found if isinstance(one, ast.AST)]


def _check(node: ast.AST) -> None:
    if not isinstance(node, ALLOWED):
        raise Refused(f"{type(node).__name__} is not in the subset")
    if isinstance(node, ast.Attribute) and node.attr not in NAMES:
        raise Refused(f"there is no method {node.attr!r} in the subset")
    if isinstance(node, ast.Name) and node.id.startswith("__"):
        raise Refused("names with '__' are not in the subset")
    if isinstance(node, ast.Constant) and type(node.value) not in CONSTANTS:
        raise Refused(f"there is no {type(node.value).__name__} in the subset")
    if isinstance(node, ast.FunctionDef) and node.decorator_list:
        raise Refused("decorators are not in the subset")
    if isinstance(node, ast.arguments) and (node.vararg or node.kwarg or node.posonlyargs):
        raise Refused("'*', '**' and '/' in parameters are not in the subset")
    if isinstance(node, ast.comprehension) and node.is_async:
        raise Refused("async is not in the subset")
    if isinstance(node, ast.keyword) and node.arg is None:
        raise Refused("'**' in a call is not in the subset")
