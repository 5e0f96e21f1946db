"""Which detectors a reward term reads through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from persona_env import detectors

_HOME = "persona_env."
_READS = (f"{_HOME}detectors", f"{_HOME}text")


def detectors_of(function: Callable[..., Any]) -> list[str]:
    """Names of the public detectors that ``function`` calls, itself or through the library.

    >>> from persona_env.rewards.terms.caveats import caveats
    >>> detectors_of(caveats)
    ['caveat']
    """
    return sorted(set(_called(function, set())))


def _called(function: Any, seen: set[int]) -> Iterator[str]:
    plain = getattr(function, "__wrapped__", function)
    if not isinstance(plain, FunctionType) or id(plain) in seen:
        return
    seen.add(id(plain))
    module = plain.__module__ or ""
    if module.startswith(_READS):
        if plain.__name__ in detectors.__all__ and plain.__doc__ and "Validity" in plain.__doc__:
            yield plain.__name__
        return
    if module.startswith(_HOME):
        for name in _names(plain.__code__):
            yield from _called(plain.__globals__.get(name), seen)


def _names(code: CodeType) -> Iterator[str]:
    """Names that the code, and functions written inside it, look up."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)
