"""A program of the subset, and the calls of its functions."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

from .errors import Exceeded, Failed, Refused, SandboxError
from .expressions import Expressions
from .functions import Builtin
from .grammar import parse
from .meter import Limits, Meter
from .operators import binary
from .scope import Closure, Scope

KEPT = 512  # programs that are remembered
DEEP = 20  # levels of lists in a result
RAISED = (
    ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
"""What Python raises within an operation that was allowed."""
Signal = Literal["break", "continue"] | tuple[Any] | None


class Program:
    """A program that was read; every call runs it from the start, within limits of its own.

    >>> Program("def double(n):\\n    return 2 * n").call("double", [21])
    42
    >>> Program("def forever():\\n    while True:\\n        pass").call("forever", [])
    Traceback (most recent call last):
    persona_env.envs.canvas.sandbox.errors.Exceeded: too many steps
    """

    def __init__(self, source: str) -> None:
        self.tree = parse(source)

    @property
    def functions(self) -> tuple[ast.FunctionDef, ...]:
        """The functions that it defines at its top."""
        return tuple(one for one in self.tree.body if isinstance(one, ast.FunctionDef))

    def call(self, name: str, args: Sequence[Any], limits: Limits | None = None) -> Any:
        """What the function returns for copies of the arguments.

        Raises :class:`SandboxError`, and no other error.
        """
        run = _Run(Meter(limits or Limits()))
        try:
            run.body(self.tree.body, run.top)
            found = run.eval.call(run.top.find(name), copy.deepcopy([*args]))
            run.meter.weigh(found)
        except SandboxError:
            raise
        except RecursionError:
            raise Exceeded("too deep") from None
        except MemoryError:
            raise Exceeded("too much memory") from None
        except RAISED as error:
            raise Failed(f"it raises {type(error).__name__}") from None
        check_result(found)
        return found


def check_result(value: Any) -> None:
    """Raises :class:`SandboxError` for a function, and for what is nested too deep to be compared."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEP:
            raise Exceeded("what it returns is nested too deep")
        if any(isinstance(one, Closure | Builtin) for one in level):
            raise Failed("it returns a function")
        inner = [one for one in level if isinstance(one, list | tuple | set | dict)]
        level = [part for one in inner for part in (one.values() if isinstance(one, dict) else one)]


@lru_cache(maxsize=KEPT)
def read_program(source: str) -> Program | Refused:
    """The program, or why it is none of the subset."""
    try:
        return Program(source)
    except Refused as error:
        return error


class _Run:
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
        found: Signal = getattr(self, f"_{type(node).__name__.lower()}")(node, scope)
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
