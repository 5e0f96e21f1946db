"""What counts as a number: Python's own, and one number of numpy, torch and the like."""

from __future__ import annotations

from typing import Protocol, SupportsFloat, runtime_checkable


@runtime_checkable
class _Array(Protocol):
    """An array or a tensor; one without dimensions holds one number."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def item(self) -> object: ...


def number_of(value: object) -> float | None:
    """``value`` as a float, or ``None`` if it is not one number; imports neither numpy nor torch.

    >>> number_of(True), number_of("0.5"), number_of([0.5])
    (1.0, None, None)
    >>> import numpy as np
    >>> number_of(np.float32(0.5)), number_of(np.array(0.5)), number_of(np.array([0.5]))
    (0.5, 0.5, None)
    """
    if isinstance(value, _Array):
        if tuple(value.shape) != ():
            return None
        value = value.item()
    return float(value) if isinstance(value, SupportsFloat) else None
