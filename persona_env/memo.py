"""What was worked out and is kept for the next time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
PREPARED = 2048  # objects of which something is kept; then all is forgotten at once


class Memo(dict[K, V]):
    """A dict of what can be worked out again: copied or pickled, it is empty.

    >>> import copy
    >>> copy.deepcopy(Memo(a=1))
    {}
    """

    def __reduce__(self) -> tuple[type[Memo[K, V]], tuple[()]]:
        return Memo, ()


class Prepared(Generic[K, V]):
    """What a function makes of objects that live long, such as scenarios: once of each.

    Objects are told apart by identity, which is cheap, and held as long as they are remembered.

    >>> length = Prepared(len)
    >>> length.of("abc"), length.of("abc")
    (3, 3)
    """

    def __init__(self, make: Callable[[K], V]) -> None:
        self._make = make
        self._known: Memo[int, tuple[K, V]] = Memo()

    def __len__(self) -> int:
        return len(self._known)

    def of(self, thing: K) -> V:
        """What the function makes of this object."""
        known = self._known.get(id(thing))
        if known is None:
            if len(self._known) >= PREPARED:
                self._known.clear()
            known = self._known[id(thing)] = thing, self._make(thing)
        return known[1]
