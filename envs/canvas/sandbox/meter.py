"""What one run may take, counted before it is taken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from .errors import Exceeded, Failed

SCALARS = (type(None), bool, int, float, str, range)
CONTAINERS = (list, tuple, set, dict)


class Limits(NamedTuple):
    """Limits of a run: steps, cells of all values made, cells of one value, bits of an integer,
    nested evaluations. A cell is a character or an item."""

    steps: int = 50_000
    cells: int = 200_000
    one: int = 10_000
    bits: int = 4096
    depth: int = 180


class Meter:
    """Counts down what is left of :class:`Limits`; each method raises :class:`Exceeded`."""

    __slots__ = ("cells", "depth", "limits", "steps")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.steps, self.cells, self.depth = limits.steps, limits.cells, 0

    def step(self, count: int = 1) -> None:
        """So much work is about to be done."""
        self.steps -= count
        if self.steps < 0:
            raise Exceeded("too many steps")

    def room(self, cells: int) -> None:
        """A value of so many cells is about to be made."""
        if cells > self.limits.one:
            raise Exceeded("a value is too large")
        self.cells -= cells
        if self.cells < 0:
            raise Exceeded("too much memory")

    def bits(self, count: float) -> None:
        """An integer of about so many bits is about to be made."""
        if count > self.limits.bits:
            raise Exceeded("a number is too large")

    def enter(self) -> None:
        """One evaluation more is nested; :meth:`leave` ends it."""
        self.depth += 1
        if self.depth > self.limits.depth:
            raise Exceeded("too deep")

    def leave(self) -> None:
        """See :meth:`enter`."""
        self.depth -= 1

    def weigh(self, *values: Any) -> None:
        """A step for each part of these values, shared parts counted as often as they occur: so
        long comparing, hashing or writing them takes."""
        waiting = list(values)
        while waiting:
            value = waiting.pop()
            kind = type(value)
            self.step(1 + (len(value) >> 4 if kind is str else 0))
            if kind is dict:
                waiting += [*value.keys(), *value.values()]
            elif kind in CONTAINERS:
                waiting += value

    def written(self, value: Any) -> Any:
        """A value whose text may be asked for: the same text in any process."""
        self.weigh(value)
        parts = [value]
        while parts:
            part = parts.pop()
            if type(part) is dict:
                parts += [*part.keys(), *part.values()]
            elif type(part) in (list, tuple):
                parts += part
            elif type(part) not in SCALARS:
                raise Failed(f"a {type(part).__name__} has no text here")
        return value

    def key(self, value: Any) -> Any:
        """A value that may be a key: numbers are bounded, so that few hashes collide."""
        self.weigh(value)
        parts = [value]
        while parts:
            part = parts.pop()
            if type(part) is tuple:
                parts += part
            elif type(part) not in SCALARS:
                raise Failed(f"a {type(part).__name__} is no key")
            elif isinstance(part, int | float) and abs(part) >= 1 << 60:
                raise Exceeded("a key is too large")
        return value

    def each(self, value: Any) -> Iterable[Any]:
        """The items of what can be iterated, a step each; sets in a fixed order."""
        if type(value) is set:
            self.weigh(value)
            value = sorted(value, key=lambda one: (type(one).__name__, str(one)))
        elif type(value) not in (str, list, tuple, dict, range):
            raise Failed("this is not iterable")
        for item in value:
            self.step()
            yield item

    def listed(self, value: Any) -> list[Any]:
        """:meth:`each` as a new list."""
        found = []
        for item in self.each(value):
            self.room(1)
            found.append(item)
        if len(found) > self.limits.one:
            raise Exceeded("a value is too large")
        return found

    def checked(self, value: Any) -> Any:
        """A value that an operation of Python made, if it is of a kind that a program may hold."""
        kind = type(value)
        if kind is int:
            self.bits(value.bit_length())
        elif kind is str or kind in CONTAINERS:
            self.room(len(value))
        elif kind not in SCALARS:
            raise Failed(f"there is no {kind.__name__} here")
        return value
