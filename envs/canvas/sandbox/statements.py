"""The evaluator of statements."""

from __future__ import annotations

import ast
import copy
from typing import Any, Literal

from .errors import Failed, Refused
from .expressions import Expressions
from .grammar import STATEMENTS
from .meter import Meter
from .operators import binary
from .scope import Scope

EXECUTORS: dict[type, str] = {kind: f"_{kind.__name__.lower()}" for kind in STATEMENTS}
Signal = Literal["break", "continue"] | tuple[Any] | None
"""What leaves a body: ``return`` as a tuple with its value."""


class Run:
    """One run: its meter, its names and its statements."""

    def __init__(self, meter: Meter) -> None:
        self.meter, self.top = meter, Scope()
        self.eval = Expressions(meter, self._returned)

    def _returned(self, body: list[ast.stmt], scope: Scope) -> Any:
        signal = self.body(body, scope)
        return signal[0] if isinstance(signal, tuple) else None

    def body(self, body: list[ast.stmt], scope: Scope) -> Signal:
        """Runs statements until one leaves them."""
        self.meter.enter()
        for statement in body:
            self.meter.step()
            signal = self._statement(statement, scope)
            if signal is not None:
                self.meter.leave()
                return signal
        self.meter.leave()
        return None

    def _statement(self, node: ast.stmt, scope: Scope) -> Signal:
        found: Signal = getattr(self, EXECUTORS[type(node)])(node, scope)
        return found

    def _functiondef(self, node: ast.FunctionDef, scope: Scope) -> None:
        scope.names[node.name] = self.eval.closure(node, scope)

    def _return(self, node: ast.Return, scope: Scope) -> tuple[Any]:
        return (self.eval.value(node.value, scope),)

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.eval.value(node.value, scope)
        for target in node.targets:
            self.eval.bind(target, value, scope)

    def _annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.eval.bind(node.target, self.eval.value(node.value, scope), scope)

    def _augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        """In place for a list, as Python has it."""
        reading = copy.copy(node.target)
        reading.ctx = ast.Load()
        old, new = self.eval.value(reading, scope), self.eval.value(node.value, scope)
        if isinstance(old, list) and isinstance(node.op, ast.Add):
            old.extend(self.meter.listed(new))
            self.meter.room(len(old))
            new = old
        else:
            new = binary(self.meter, type(node.op), old, new)
        self.eval.bind(node.target, new, scope)

    def _if(self, node: ast.If, scope: Scope) -> Signal:
        return self.body(node.body if self.eval.value(node.test, scope) else node.orelse, scope)

    def _for(self, node: ast.For, scope: Scope) -> Signal:
        for item in self.meter.each(self.eval.value(node.iter, scope)):
            self.eval.bind(node.target, item, scope)
            signal = self.body(node.body, scope)
            if signal == "break":
                return None
            if isinstance(signal, tuple):
                return signal
        return self.body(node.orelse, scope)

    def _while(self, node: ast.While, scope: Scope) -> Signal:
        while self.eval.value(node.test, scope):
            signal = self.body(node.body, scope)
            if signal == "break":
                return None
            if isinstance(signal, tuple):
                return signal
        return self.body(node.orelse, scope)

    def _break(self, node: ast.Break, scope: Scope) -> Signal:
        return "break"

    def _continue(self, node: ast.Continue, scope: Scope) -> Signal:
        return "continue"

    def _pass(self, node: ast.Pass, scope: Scope) -> None:
        return None

    def _expr(self, node: ast.Expr, scope: Scope) -> None:
        self.eval.value(node.value, scope)

    def _delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            if not isinstance(target, ast.Subscript):
                raise Refused("items alone can be deleted")
            owner = self.eval.value(target.value, scope)
            place = self.eval.value(target.slice, scope)
            if type(owner) not in (list, dict) or type(place) is slice:
                raise Refused("items of lists and dicts alone can be deleted")
            self.meter.step(len(owner))
            del owner[place]

    def _assert(self, node: ast.Assert, scope: Scope) -> None:
        if not self.eval.value(node.test, scope):
            raise Failed("it raises AssertionError")

    def _raise(self, node: ast.Raise, scope: Scope) -> None:
        raise Failed("it raises an error of its own")
