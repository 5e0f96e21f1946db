"""The evaluator of items, comprehensions, formatted texts, and of what is assigned to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from .errors import Failed, Refused
from .scope import Scope
from .simple import Simple

_SPEC = re.compile(r"[<>^]?0?\d{0,2},?(\.\d{1,2})?[dfsxbe%]?")


class Expressions(Simple):
    """Evaluates every expression of the subset."""

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
