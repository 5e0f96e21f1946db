"""The evaluator of expressions."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

from .errors import Failed, Refused
from .functions import Builtin, call_builtin, sort
from .meter import Meter
from .methods import method
from .operators import binary, compare, unary
from .scope import Closure, Scope

_SPEC = re.compile(r"[<>^]?0?\d{0,2},?(\.\d{1,2})?[dfsxbe%]?")


class Expressions:
    """Evaluates expressions; ``run`` runs the body of a function."""

    def __init__(self, meter: Meter, run: Callable[[list[ast.stmt], Scope], Any]) -> None:
        self.meter, self._run = meter, run

    def value(self, node: ast.expr | None, scope: Scope) -> Any:
        """The value of an expression; ``None`` for none."""
        if node is None:
            return None
        self.meter.step()
        self.meter.enter()
        found = getattr(self, f"_{type(node).__name__.lower()}")(node, scope)
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
        return method(self.meter, owner, node.func.attr, args, named, self._sort)

    def _sort(self, items: list[Any], named: dict[str, Any]) -> list[Any]:
        return sort(self.meter, items, named, self.call)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        raise Refused(f"{node.attr!r} can only be called")

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        owner, place = self.value(node.value, scope), self.value(node.slice, scope)
        if type(place) is slice:
            if type(owner) not in (str, list, tuple, range):
                raise Failed("this cannot be sliced")
            return self.meter.checked(owner[place])
        if type(owner) not in (str, list, tuple, range, dict):
            raise Failed("this cannot be indexed")
        return owner[self.meter.key(place) if type(owner) is dict else place]

    def _slice(self, node: ast.Slice, scope: Scope) -> slice:
        ends = (self.value(one, scope) for one in (node.lower, node.upper, node.step))
        return slice(*ends)

    def _listcomp(self, node: ast.ListComp, scope: Scope) -> list[Any]:
        return self._gathered(node.elt, node.generators, scope)

    def _generatorexp(self, node: ast.GeneratorExp, scope: Scope) -> list[Any]:
        return self._gathered(node.elt, node.generators, scope)

    def _setcomp(self, node: ast.SetComp, scope: Scope) -> set[Any]:
        return {self.meter.key(one) for one in self._gathered(node.elt, node.generators, scope)}

    def _dictcomp(self, node: ast.DictComp, scope: Scope) -> dict[Any, Any]:
        found = {}
        for inner in self._scopes(node.generators, scope):
            self.meter.room(2)
            key = self.meter.key(self.value(node.key, inner))
            found[key] = self.value(node.value, inner)
        return found

    def _gathered(
        self, node: ast.expr, generators: list[ast.comprehension], scope: Scope
    ) -> list[Any]:
        found: list[Any] = []
        for inner in self._scopes(generators, scope):
            self.meter.room(1)
            found.append(self.value(node, inner))
            if len(found) > self.meter.limits.one:
                self.meter.room(len(found))
        return found

    def _scopes(self, generators: list[ast.comprehension], scope: Scope) -> Iterator[Scope]:
        if not generators:
            yield scope
            return
        first, *rest = generators
        for item in self.meter.each(self.value(first.iter, scope)):
            inner = Scope(scope)
            self.bind(first.target, item, inner)
            if all(self.value(test, inner) for test in first.ifs):
                yield from self._scopes(rest, inner)

    def bind(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Assigns a value to a name, to an item, or to several of them."""
        if isinstance(target, ast.Name):
            scope.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            items = self.meter.listed(value)
            if len(items) != len(target.elts):
                raise Failed("not as many values as names")
            for one, item in zip(target.elts, items, strict=True):
                self.bind(one, item, scope)
        elif isinstance(target, ast.Subscript):
            owner, place = self.value(target.value, scope), self.value(target.slice, scope)
            self._store(owner, place, value)
        else:
            raise Refused(f"nothing is assigned to a {type(target).__name__}")

    def _store(self, owner: Any, place: Any, value: Any) -> None:
        if type(place) is slice or type(owner) not in (list, dict):
            raise Refused("items of lists and dicts alone can be assigned")
        if type(owner) is dict:
            place = self.meter.key(place)
            self.meter.room(1)
        owner[place] = value
        if len(owner) > self.meter.limits.one:
            self.meter.room(len(owner))

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> str:
        text = "".join([str(self.value(part, scope)) for part in node.values])
        found: str = self.meter.checked(text)
        return found

    def _formattedvalue(self, node: ast.FormattedValue, scope: Scope) -> str:
        spec = "" if node.format_spec is None else self.value(node.format_spec, scope)
        if node.conversion not in (-1, 115) or not _SPEC.fullmatch(spec):
            raise Refused("this format is not in the subset")
        value = self.meter.written(self.value(node.value, scope))
        text: str = self.meter.checked(format(value, spec))
        return text
