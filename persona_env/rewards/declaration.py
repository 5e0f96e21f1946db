"""What a reward term may declare of itself; each check raises a :class:`RewardError`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial
from inspect import isclass, iscoroutinefunction, signature
from types import FunctionType, MethodType
from typing import Any

from persona_env.errors import RewardError, nearest
from persona_env.rewards.numeric import number_of
from persona_env.users.description import DESCRIPTION
from persona_env.users.profile import Preferences, UserProfile
from persona_env.users.words import IN_WORDS


def function_in(thing: Any) -> Any:
    """What is called in the end: of a partial the function in it, else the thing itself."""
    while isinstance(thing, partial):
        thing = thing.func
    return thing


def is_same(one: Any, other: Any) -> bool:
    """Whether two callables are one; a bound method is made anew each time it is looked up."""
    return one is other or (isinstance(one, MethodType) and bool(one == other))


def is_async(thing: Any) -> bool:
    """Whether a call has to be awaited: an ``async def``, or an object with one as ``__call__``."""
    inner = function_in(thing)
    return iscoroutinefunction(inner) or iscoroutinefunction(type(inner).__call__)


def source_of(thing: Any) -> tuple[str, str]:
    """The module and the file that a callable is written in; empty where it is not known."""
    inner = function_in(thing)
    function = inner if isinstance(inner, FunctionType | MethodType) else type(inner).__call__
    code = getattr(function, "__code__", None)
    return str(getattr(inner, "__module__", "")), "" if code is None else code.co_filename


def name_for(thing: Any, name: str | None) -> str:
    """The name of a term: the given one, else that of the function or of the object's class."""
    if not callable(thing):
        raise RewardError(
            f"a reward term is a function or another callable, not {thing!r}; "
            "its name is given by name="
        )
    if isclass(thing):
        raise RewardError(
            f"{thing.__name__!r} is a class: register one of its objects, "
            f"reward_term({thing.__name__}(...))"
        )
    if name is not None:
        if not (isinstance(name, str) and name.strip()):
            raise RewardError(f"the name of a reward term is a text, not {name!r}")
        return name
    inner = function_in(thing)
    found = str(getattr(inner, "__name__", type(inner).__name__))
    if found == "<lambda>":
        raise RewardError(
            "a lambda has no name: give it one, reward_term(name='...')(lambda view: ...)"
        )
    return found


def check_call(name: str, thing: Callable[..., Any], batched: bool) -> None:
    """That a term is called with one argument."""
    try:
        taken = signature(thing)
    except ValueError:  # some functions written in C do not tell
        return
    try:
        taken.bind(None)
    except TypeError as error:
        given = "a list of views" if batched else "a view"
        raise RewardError(
            f"term {name!r} is called with one argument, {given}, but takes {taken}: {error}. "
            "Bind the others by functools.partial; register a method of an object, not of a class"
        ) from None


def fields_of(name: str, uses: str | Iterable[str]) -> tuple[str, ...]:
    """The profile fields that a term declares."""
    fields = (uses,) if isinstance(uses, str) else tuple(uses)
    roles = UserProfile.roles()
    for path in fields:
        known = isinstance(path, str)
        if known and (path in (DESCRIPTION, IN_WORDS) or path.startswith("extensions.")):
            continue
        role = roles.get(path) if known else None
        if role is None:
            hint = nearest(path, (*roles, DESCRIPTION, IN_WORDS)) if known else ""
            raise RewardError(f"term {name!r}: unknown profile field {path!r}.{hint}")
        if role == "protected":
            raise RewardError(f"term {name!r}: {path!r} is protected and must never move a reward")
    return fields


def weight_of(
    name: str, weight: float | str | None, fields: tuple[str, ...], gate: bool
) -> float | str:
    """The weight of a term: a number, or the name of a preference whose weight counts."""
    if gate and weight is not None:
        raise RewardError(
            f"term {name!r}: a gate multiplies the reward and has no weight; leave out weight="
        )
    if weight is None:
        start = "preferences."
        named = [path.removeprefix(start) for path in fields if path.startswith(start)]
        return named[0] if len(named) == 1 and not gate else 1.0
    if isinstance(weight, str):
        known = Preferences.model_fields
        if weight not in known:
            raise RewardError(
                f"term {name!r}: weight={weight!r} is no preference.{nearest(weight, known)} "
                f"Give a number, or one of {list(known)}"
            )
        return weight
    number = number_of(weight)
    if number is None or not 0 <= number < math.inf:
        raise RewardError(
            f"term {name!r}: a weight is a finite number of at least 0, or the name of a "
            f"preference, not {weight!r}"
        )
    return number


def range_of(name: str, value_range: Iterable[float]) -> tuple[float, float]:
    """The least and the greatest score of a term."""
    found = _shares(name, "value_range", value_range)
    if len(found) != 2 or found[0] >= found[1]:
        raise RewardError(
            f"term {name!r}: value_range=(least, greatest), not {value_range!r}; "
            "for single values give values=(...)"
        )
    return found[0], found[1]


def values_of(name: str, values: Iterable[float]) -> tuple[float, ...]:
    """The only scores of a term, in order; none if they lie anywhere in its range."""
    return tuple(sorted(set(_shares(name, "values", values))))


def _shares(name: str, option: str, given: Iterable[float]) -> tuple[float, ...]:
    found = [number_of(one) for one in given]
    shares = tuple(one for one in found if one is not None and 0 <= one <= 1)
    if len(shares) != len(found):
        raise RewardError(f"term {name!r}: {option}= holds numbers in [0, 1], not {given!r}")
    return shares
