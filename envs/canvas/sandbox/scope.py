"""Names and functions of a running program."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from .errors import Failed
from .functions import FUNCTIONS, Builtin


class Scope:
    """The names of a call or a comprehension; ``local`` are those that belong to it."""

    __slots__ = ("local", "names", "parent")

    def __init__(self, parent: Scope | None = None, local: frozenset[str] = frozenset()) -> None:
        self.parent, self.local = parent, local
        self.names: dict[str, Any] = {}

    def find(self, name: str) -> Any:
        """The value of a name, as Python finds it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            if name in scope.local:
                break
            scope = scope.parent
        else:
            if name in FUNCTIONS:
                return Builtin(name)
        raise Failed(f"the name {name!r} has no value")


class Closure:
    """A function of the program."""

    __slots__ = ("body", "defaults", "local", "names", "scope")

    def __init__(
        self, node: ast.FunctionDef | ast.Lambda, scope: Scope, defaults: Mapping[str, Any]
    ) -> None:
        arguments = node.args
        self.names = [one.arg for one in (*arguments.args, *arguments.kwonlyargs)]
        self.body, self.scope, self.defaults = node.body, scope, defaults
        self.local = _local(node)

    def bound(self, args: list[Any], named: Mapping[str, Any]) -> Scope:
        """The scope of a call with these arguments."""
        if len(args) > len(self.names) or set(named) - set(self.names[len(args) :]):
            raise Failed("a function was called with other arguments than it takes")
        given = {**self.defaults, **dict(zip(self.names, args, strict=False)), **named}
        if missing := [name for name in self.names if name not in given]:
            raise Failed(f"a function was called without {missing}")
        scope = Scope(self.scope, self.local)
        scope.names = given
        return scope


@lru_cache(maxsize=1024)
def _local(node: ast.FunctionDef | ast.Lambda) -> frozenset[str]:
    """The names that belong to a call: parameters, and what the body assigns."""
    stored = _stored(node.body) if isinstance(node.body, list) else ()
    arguments = (*node.args.args, *node.args.kwonlyargs)
    return frozenset((*(one.arg for one in arguments), *stored))


def _stored(body: list[ast.stmt]) -> Iterator[str]:
    """The names that a body assigns, but not those of functions and comprehensions within."""
    inner = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif not isinstance(node, inner):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            waiting += ast.iter_child_nodes(node)
