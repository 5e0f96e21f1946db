"""A program of the subset, and the calls of its functions."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from .errors import Exceeded, Failed, Refused, SandboxError
from .functions import Builtin
from .grammar import parse
from .meter import Limits, Meter
from .scope import Closure
from .statements import Run

KEPT = 512  # programs that are remembered
DEEP = 20  # levels of lists in a result
RAISED = (
    ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
"""What Python raises within an operation that was allowed."""


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
        run = Run(Meter(limits or Limits()))
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
    """Raises :class:`SandboxError` for a function, and for what is nested too deep."""
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
