"""What expressions may use: operations, functions and methods, and the bounds of their values."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

LARGEST = 10**15
MOST = 2_000  # items of a list, characters of a text
EXPONENT = 40


class ProgramError(ValueError):
    """Why a text is no program of the subset, or has no value."""


def bounded(value: Any) -> Any:
    """The value, if it is not too large; raises :class:`ProgramError`."""
    if isinstance(value, int | float) and not abs(value) <= LARGEST:
        raise ProgramError("a number too large")
    if isinstance(value, str | list | tuple | dict | set) and len(value) > MOST:
        raise ProgramError("a value too long")
    return value


def _range(*ends: int) -> list[int]:
    if not all(isinstance(end, int) for end in ends) or len(range(*ends)) > MOST:
        raise ProgramError("a range too long")
    return [*range(*ends)]


Operation = Callable[[Any, Any], Any]
ARITHMETIC: dict[type, Operation] = {
    ast.Sub: operator.sub, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
    ast.Div: operator.truediv,
}  # fmt: skip
COMPARISONS: dict[type, Operation] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs, "all": all, "any": any, "bool": bool, "int": int, "len": len, "list": list,
    "max": max, "min": min, "range": _range, "round": round, "set": set,
    "sorted": sorted, "str": str, "sum": sum, "tuple": tuple,
}  # fmt: skip
METHODS: dict[type, frozenset[str]] = {
    str: frozenset({"count", "lower", "upper", "strip", "split", "startswith", "endswith"}),
    list: frozenset({"count", "index"}),
    dict: frozenset({"get"}),
}
MADE: dict[type, Callable[[Any], Any]] = {ast.List: list, ast.Tuple: tuple, ast.Set: set}
