"""What was worked out and is kept for the next time."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memo(dict[K, V]):
    """A dict of what can be worked out again: copied or pickled, it is empty.

    >>> import copy
    >>> copy.deepcopy(Memo(a=1))
    {}
    """

    def __reduce__(self) -> tuple[type[Memo[K, V]], tuple[()]]:
        return Memo, ()
