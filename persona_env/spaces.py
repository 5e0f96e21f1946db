"""A space of Unicode text (Gymnasium's own ``Text`` knows 62 characters by default)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from gymnasium.spaces import Space

# Samples are drawn from these, so that every environment meets text beyond ASCII.
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;:!?'\"()-\n" + (
    "áéíñóúü¿¡я你好世界山水🙂"
)


class UnicodeText(Space[str]):
    """Every string of at most ``max_length`` characters that UTF-8 can write.

    >>> space = UnicodeText(10, seed=0)
    >>> space.contains("¿Qué?"), space.contains("x" * 11), space.sample() in space
    (True, False, True)
    """

    def __init__(self, max_length: int, seed: int | np.random.Generator | None = None) -> None:
        if max_length < 1:
            raise ValueError(f"max_length must be at least 1, not {max_length}")
        self.max_length = max_length
        super().__init__(dtype=str, seed=seed)

    @property
    def is_np_flattenable(self) -> bool:
        """Text has no fixed-size array form; use the ``TokenActions`` wrapper for arrays."""
        return False

    def sample(self, mask: Any | None = None, probability: Any | None = None) -> str:
        """A random short text; masks are not supported."""
        if mask is not None or probability is not None:
            raise ValueError("UnicodeText.sample takes no mask and no probability")
        size = int(self.np_random.integers(0, min(self.max_length, 64) + 1))
        picks = self.np_random.integers(0, len(ALPHABET), size=size)
        return "".join(ALPHABET[i] for i in picks)

    def contains(self, x: Any) -> bool:
        """Whether ``x`` is a string that fits and can be written as UTF-8."""
        if not isinstance(x, str) or len(x) > self.max_length:
            return False
        try:
            x.encode("utf-8")
        except UnicodeEncodeError:
            return False
        return True

    def to_jsonable(self, sample_n: Iterable[str]) -> list[str]:
        """Text is JSON as it is."""
        return list(sample_n)

    def from_jsonable(self, sample_n: list[Any]) -> list[str]:
        """Text is JSON as it is."""
        return [str(sample) for sample in sample_n]

    def __repr__(self) -> str:
        return f"UnicodeText({self.max_length})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnicodeText) and other.max_length == self.max_length

    def __hash__(self) -> int:
        return hash((UnicodeText, self.max_length))
