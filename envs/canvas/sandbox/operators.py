"""The operators, each with its price paid before it is done."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from .errors import Failed, Refused
from .meter import CONTAINERS, Meter

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}
COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}


def binary(meter: Meter, kind: type[ast.operator], left: Any, right: Any) -> Any:
    """``left kind right``."""
    if kind not in BINARY:
        raise Refused(f"the operator {kind.__name__} is not in the subset")
    if kind is ast.Mod and isinstance(left, str):
        raise Refused("'%' on text is not in the subset")
    _price(meter, kind, left, right)
    return meter.checked(BINARY[kind](left, right))


def _price(meter: Meter, kind: type[ast.operator], left: Any, right: Any) -> None:
    sized = (str, *CONTAINERS)
    if isinstance(left, sized) and isinstance(right, sized):
        meter.step(1 + (len(left) + len(right) >> 4))
        if isinstance(left, set):
            meter.weigh(left, right)
        meter.room(len(left) + len(right))
    elif kind is ast.Mult and isinstance(left, sized) and isinstance(right, int):
        meter.room(len(left) * max(0, right))
    elif kind is ast.Mult and isinstance(right, sized) and isinstance(left, int):
        meter.room(len(right) * max(0, left))
    elif isinstance(left, int) and isinstance(right, int):
        _bits(meter, kind, left, right)


def _bits(meter: Meter, kind: type[ast.operator], left: int, right: int) -> None:
    bits = left.bit_length()
    if kind is ast.Mult:
        meter.bits(bits + right.bit_length())
    elif kind is ast.Pow:
        meter.bits(bits * abs(right))
    elif kind is ast.LShift:
        meter.bits(bits + abs(right))


def unary(meter: Meter, kind: type[ast.unaryop], value: Any) -> Any:
    """``kind value``."""
    return meter.checked(UNARY[kind](value))


def compare(meter: Meter, kind: type[ast.cmpop], left: Any, right: Any) -> bool:
    """``left kind right``."""
    if kind in (ast.In, ast.NotIn):
        return contains(meter, right, left) is (kind is ast.In)
    if kind not in (ast.Is, ast.IsNot):
        meter.weigh(left, right)
    return bool(COMPARE[kind](left, right))


def contains(meter: Meter, where: Any, what: Any) -> bool:
    """``what in where``."""
    if type(where) is range:
        if type(what) not in (int, bool):
            return any(item == what for item in meter.each(where))
    elif type(where) in (str, list, tuple):
        meter.weigh(where, what)
        if type(where) is not str:
            for _ in where:
                meter.weigh(what)
    elif type(where) in (dict, set):
        meter.key(what)
    else:
        raise Failed("nothing can be in this")
    return what in where
