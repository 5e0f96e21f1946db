"""What a function's code reaches for: clocks, chance, files, networks, global variables."""

from __future__ import annotations

import builtins
import dis
import inspect
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from persona_env.rewards.declaration import function_in

# Modules whose every use makes a function impure, or only these names of theirs.
IMPURE: dict[str, frozenset[str]] = {
    "time": frozenset(),
    "random": frozenset(),
    "secrets": frozenset(),
    "uuid": frozenset(),
    "socket": frozenset(),
    "subprocess": frozenset(),
    "urllib": frozenset({"request", "urlopen"}),
    "requests": frozenset(),
    "httpx": frozenset(),
    "datetime": frozenset({"now", "today", "utcnow"}),
    "numpy": frozenset({"random", "default_rng"}),
    "os": frozenset({"environ", "getenv", "urandom", "getpid", "times", "stat", "listdir"}),
    "pathlib": frozenset({"read_text", "read_bytes", "open", "write_text"}),
}
BUILTINS = frozenset({"open", "input", "id", "hash", "eval", "exec"})


def impurities(function: Callable[..., Any]) -> tuple[str, ...]:
    """What ``function``, and the functions of its own module that it calls, reach for.

    Read from the bytecode, so that what a branch hides is seen as well; code of other modules is
    not read. Of a partial, what it binds is looked at too; of an object, its ``__call__`` is read.

    >>> import time
    >>> impurities(lambda view: time.time() % 1)
    ('time',)
    """
    return tuple(dict.fromkeys((*_bound(function), *_walk(_plain(function), set()))))


def _bound(function: Any) -> Iterator[str]:
    """What impure modules the arguments come from that partials bind."""
    while isinstance(function, partial):
        bound = (*function.args, *function.keywords.values())
        yield from (label for thing in bound if (label := _label(thing, set())))
        function = function.func


def _plain(function: Any) -> Any:
    """The function that runs: that in a partial or a method, or the ``__call__`` of an object."""
    inner = inspect.unwrap(function_in(function))
    if isinstance(inner, MethodType):
        return inspect.unwrap(inner.__func__)
    called = type(inner).__call__
    return inspect.unwrap(called) if isinstance(called, FunctionType) else inner


def _walk(function: Any, seen: set[int]) -> Iterator[str]:
    if not isinstance(function, FunctionType) or id(function) in seen:
        return
    seen.add(id(function))
    closed = inspect.getclosurevars(function).nonlocals.values()
    reached = [*closed, *function.__defaults__] if function.__defaults__ else [*closed]
    for code in _codes(function.__code__):
        found = list(dis.get_instructions(code))
        names = {str(i.argval) for i in found if "ATTR" in i.opname or "METHOD" in i.opname}
        yield from (f"global {i.argval}" for i in found if i.opname == "STORE_GLOBAL")
        imported = [str(i.argval) for i in found if i.opname == "IMPORT_NAME"]
        names |= {str(i.argval) for i in found if i.opname == "IMPORT_FROM"}
        yield from (name for name in imported if _is_impure(name, names))
        for name in (str(i.argval) for i in found if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")):
            if name in BUILTINS and name not in function.__globals__:
                yield name
            reached.append(function.__globals__.get(name, vars(builtins).get(name)))
        yield from (label for thing in reached if (label := _label(thing, names)))
    for thing in reached:
        inner = inspect.unwrap(thing) if callable(thing) else thing
        if isinstance(inner, FunctionType) and inner.__module__ == function.__module__:
            yield from _walk(inner, seen)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _label(thing: Any, names: set[str]) -> str:
    """The name of the module that ``thing`` is or comes from, if it is an impure one."""
    if isinstance(thing, ModuleType):
        module = thing.__name__
    else:
        module = str(getattr(thing, "__module__", None) or "")
        names = names | {str(getattr(thing, "__name__", ""))}
    return module if _is_impure(module, names) else ""


def _is_impure(module: str, names: set[str]) -> bool:
    limits = IMPURE.get(module.partition(".")[0])
    return limits is not None and (not limits or bool(limits & names))
