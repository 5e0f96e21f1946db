"""What constructors are given: checked at once, with what to give instead.

Checks return the plain form (an ``int`` for a NumPy integer, a tuple for a list), so that what a
caller passed is never held, nor changed.
"""

from __future__ import annotations

import inspect
import json
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from persona_env.errors import ArgumentError, UnknownOptionError, nearest, shown, unknown_name


def whole_number(name: str, value: Any, least: int | None = None) -> int:
    """``value`` as an ``int`` of at least ``least``; Python's, NumPy's or torch's, and no bool.

    >>> whole_number("max_turns", np.int64(3), least=1)
    3
    """
    number = None
    if not isinstance(value, bool | np.bool_):
        with suppress(TypeError):
            number = operator.index(value)
    if number is None or (least is not None and number < least):
        bound = "" if least is None else f" of at least {least}"
        raise ArgumentError(f"{name} must be a whole number{bound}, not {shown(value)}")
    return number


def flag(name: str, value: Any) -> bool:
    """``value`` as a ``bool``: ``"no"`` is not false, and 1 is not meant to be true."""
    if not isinstance(value, bool | np.bool_):
        raise ArgumentError(f"{name} must be True or False, not {shown(value)}")
    return bool(value)


def choice(name: str, value: Any, allowed: Sequence[str]) -> str:
    """``value``, if it is one of ``allowed``; raises :class:`UnknownNameError`."""
    if not isinstance(value, str) or value not in allowed:
        raise unknown_name(name, value, allowed)
    return str(value)


def listed(name: str, value: Any, one: Any, item: str) -> tuple[Any, ...]:
    """``value`` as a tuple: a list, tuple or array of items, or a single item.

    ``one`` is the type of an item, or several as :func:`isinstance` takes them; ``item`` says
    what it is, for the message. A set is refused, since its order (hence what a seed draws) differs
    between processes; an iterator, since an environment made again from the same options would find
    it empty.

    >>> listed("profiles", "sam", str, "a name")
    ('sam',)
    """
    if isinstance(value, one):
        return (value,)
    if isinstance(value, np.ndarray) and value.ndim == 1:
        return tuple(value.tolist())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return tuple(value)
    why = ""
    if isinstance(value, set | frozenset):
        why = " (the order of a set differs between processes)"
    elif isinstance(value, Iterator):
        why = " (an iterator can be read only once)"
    raise ArgumentError(f"{name}= takes a list, each item {item}; not {shown(value)}{why}")


def mapping(name: str, value: Any, item: str) -> dict[str, Any]:
    """``value`` as a dict of its own; ``item`` says what it maps, for the message."""
    if not isinstance(value, Mapping):
        raise ArgumentError(f"{name} must be a dict of {item}, not {shown(value)}")
    return dict(value)


def named_values(option: str, given: Sequence[str] | None) -> dict[str, Any] | None:
    """``NAME=VALUE`` of each, with the value as JSON; ``None`` if there are none.

    >>> named_values("--chat-template-arg", ["enable_thinking=false", 'mode="short"'])
    {'enable_thinking': False, 'mode': 'short'}
    """
    if not given:
        return None
    found = {}
    for text in given:
        name, mark, value = text.partition("=")
        try:
            found[name] = json.loads(value)
        except ValueError as error:
            wanted = f"{name}=false, or {name}='\"text\"' for a text" if mark else "NAME=VALUE"
            raise ArgumentError(
                f"{option} takes a name and a JSON value, not {text!r}: give {wanted}"
            ) from error
        if not name.isidentifier():
            raise ArgumentError(f"{option}: {name!r} is no name of an argument")
    return found


def unknown_option(owner: str, name: str, allowed: Iterable[str]) -> UnknownOptionError:
    """The error for a keyword that ``owner`` does not have.

    It begins as Python's own, by which TorchRL and Gymnasium know that an option is not taken.
    """
    names = tuple(dict.fromkeys(allowed))
    said = (
        f"{owner} got an unexpected keyword argument {name!r}.{nearest(name, names)} "
        f"Options: {sorted(names)}"
    )
    return UnknownOptionError(said, owner, name, names)


def options_of(made: type) -> tuple[str, ...]:
    """The keywords a class takes: its own, and those that it hands on by ``**options``."""
    makers = [vars(owner)["__init__"] for owner in made.__mro__ if "__init__" in vars(owner)]
    return tuple(dict.fromkeys(name for maker in makers for name in keywords(maker)))


def keywords(function: Callable[..., Any]) -> tuple[str, ...]:
    """The keywords that a function names."""
    parameters = inspect.signature(function).parameters.values()
    named = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(p.name for p in parameters if p.kind in named and p.name != "self")
