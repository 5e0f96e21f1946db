"""The evaluator of constants, names, operators, displays and calls."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from .errors import Failed, Refused
from .functions import Builtin, call_builtin
from .grammar import EXPRESSIONS
from .meter import Meter
from .methods import method
from .operators import binary, compare, unary
from .ordering import sort
from .scope import Closure, Scope

EVALUATORS: dict[type, str] = {kind: f"_{kind.__name__.lower()}" for kind in EXPRESSIONS}


class Simple:
    """Evaluates expressions; ``run`` runs the body of a function. See also :mod:`.expressions`."""

    def __init__(self, meter: Meter, run: Callable[[list[ast.stmt], Scope], Any]) -> None:
        self.meter, self._run = meter, run

    def value(self, node: ast.expr | None, scope: Scope) -> Any:
        """The value of an expression; ``None`` for none."""
        if node is None:
            return None
        self.meter.step()
        self.meter.enter()
        found = getattr(self, EVALUATORS[type(node)])(node, scope)
        self.meter.leave()
        return found

    def call(self, function: Any, args: list[Any], named: dict[str, Any] | None = None) -> Any:
        """Calls a function of the program, or one of the subset's."""
        if isinstance(function, Builtin):
            return call_builtin(self.meter, function.name, args, named or {}, self.call)
        if not isinstance(function, Closure):
            raise Failed("this cannot be called")
        self.meter.step()
        scope = function.bound(args, named or {})
        if isinstance(function.body, list):
            return self._run(function.body, scope)
        return self.value(function.body, scope)

    def _values(self, nodes: list[ast.expr], scope: Scope) -> list[Any]:
        return [self.value(node, scope) for node in nodes]

    def _constant(self, node: ast.Constant, scope: Scope) -> Any:
        return node.value

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        return scope.find(node.id)

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Any:
        stops = isinstance(node.op, ast.Or)
        found = None
        for one in node.values:
            found = self.value(one, scope)
            if bool(found) is stops:
                break
        return found

    def _binop(self, node: ast.BinOp, scope: Scope) -> Any:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        return binary(self.meter, type(node.op), left, right)

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> Any:
        return unary(self.meter, type(node.op), self.value(node.operand, scope))

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Any:
        return self.value(node.body if self.value(node.test, scope) else node.orelse, scope)

    def _compare(self, node: ast.Compare, scope: Scope) -> bool:
        left = self.value(node.left, scope)
        for kind, other in zip(node.ops, node.comparators, strict=True):
            right = self.value(other, scope)
            if not compare(self.meter, type(kind), left, right):
                return False
            left = right
        return True

    def _list(self, node: ast.List, scope: Scope) -> list[Any]:
        self.meter.room(len(node.elts))
        return self._values(node.elts, scope)

    def _tuple(self, node: ast.Tuple, scope: Scope) -> tuple[Any, ...]:
        self.meter.room(len(node.elts))
        return tuple(self._values(node.elts, scope))

    def _set(self, node: ast.Set, scope: Scope) -> set[Any]:
        self.meter.room(len(node.elts))
        return {self.meter.key(one) for one in self._values(node.elts, scope)}

    def _dict(self, node: ast.Dict, scope: Scope) -> dict[Any, Any]:
        if None in node.keys:
            raise Refused("'**' in a dict is not in the subset")
        self.meter.room(len(node.keys))
        pairs = zip(node.keys, node.values, strict=True)
        return {self.meter.key(self.value(k, scope)): self.value(v, scope) for k, v in pairs}

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Closure:
        return self.closure(node, scope)

    def closure(self, node: ast.FunctionDef | ast.Lambda, scope: Scope) -> Closure:
        """A function, with the values of its defaults."""
        arguments = node.args
        last = [one.arg for one in arguments.args][len(arguments.args) - len(arguments.defaults) :]
        pairs = [*zip(last, arguments.defaults, strict=True)]
        only = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        pairs += [(one.arg, default) for one, default in only if default is not None]
        return Closure(node, scope, {name: self.value(one, scope) for name, one in pairs})

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        named = {str(one.arg): self.value(one.value, scope) for one in node.keywords}
        if not isinstance(node.func, ast.Attribute):
            function = self.value(node.func, scope)
            return self.call(function, self._values(node.args, scope), named)
        owner = self.value(node.func.value, scope)
        args = self._values(node.args, scope)
        if type(owner) is list and node.func.attr == "sort" and not args:
            owner[:] = sort(self.meter, owner, named, self.call)
            return None
        if named:
            raise Refused(f"{node.func.attr!r} takes no keywords in the subset")
        return method(self.meter, owner, node.func.attr, args)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        raise Refused(f"{node.attr!r} can only be called")
