"""A space of Unicode text (Gymnasium's own ``Text`` knows 62 characters by default).

Gymnasium's wrappers and vector environments ask functions that are chosen by the class of a space.
Those of :class:`UnicodeText` stand at the end of this file: what holds for text as it is, such as a
stack of frames, works; what needs an array of fixed size is an error that says what to use instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

import numpy as np
from gymnasium.spaces import Space, Text
from gymnasium.spaces.utils import (
    flatdim,
    flatten,
    flatten_space,
    is_space_dtype_shape_equiv,
    unflatten,
)
from gymnasium.vector.utils import (
    batch_differing_spaces,
    create_empty_array,
    create_shared_memory,
    read_from_shared_memory,
    write_to_shared_memory,
)
from gymnasium.wrappers.utils import create_zero_array

from persona_env.arguments import whole_number
from persona_env.errors import ArgumentError

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
        self.max_length = whole_number("max_length", max_length, least=1)
        super().__init__(dtype=str, seed=seed)

    @property
    def is_np_flattenable(self) -> bool:
        """Text has no fixed-size array form; use the ``TokenActions`` wrapper for arrays."""
        return False

    def sample(self, mask: Any | None = None, probability: Any | None = None) -> str:
        """A random short text; masks are not supported."""
        if mask is not None or probability is not None:
            raise ArgumentError("UnicodeText.sample takes no mask and no probability")
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


def _no_text(space: UnicodeText) -> str:
    """What stands before the first frame of a stack."""
    return ""


def _no_texts(space: UnicodeText, n: int = 1, fn: Any = np.zeros) -> tuple[str, ...]:
    return ("",) * n


def _is_alike(space: UnicodeText, other: Space[Any]) -> bool:
    return isinstance(other, UnicodeText)  # batches are tuples: a text may be as long as it likes


def _no_array(space: UnicodeText, *data: Any) -> NoReturn:
    raise ArgumentError(
        f"{space} cannot be flattened to an array: wrap the text environment in TokenActions for "
        "arrays of token ids (ids such as 'PersonaChatTokens-v0'), or keep what is an array with "
        "gymnasium's FilterObservation"
    )


def _no_shared_memory(space: UnicodeText, *args: Any, **kwargs: Any) -> NoReturn:
    # Gymnasium shares its own Text in memory that it reads once: every step would show the first.
    raise ArgumentError(
        f"{space} cannot be shared in memory of fixed size: give AsyncVectorEnv "
        "shared_memory=False, or wrap the text environment in TokenActions, whose observations are "
        "arrays"
    )


create_zero_array.register(UnicodeText, _no_text)
create_empty_array.register(UnicodeText, _no_texts)
batch_differing_spaces.register(UnicodeText, batch_differing_spaces.dispatch(Text))
is_space_dtype_shape_equiv.register(UnicodeText, _is_alike)
for _flattens in (flatdim, flatten, unflatten, flatten_space):
    _flattens.register(UnicodeText, _no_array)
for _shares in (create_shared_memory, read_from_shared_memory, write_to_shared_memory):
    _shares.register(UnicodeText, _no_shared_memory)
