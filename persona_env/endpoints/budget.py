"""What ends the calls of an endpoint: how many may be made, and how much they may cost."""

from __future__ import annotations

import math
from threading import Condition, Lock

from persona_env.errors import ArgumentError

SPENT, BROKE = "the budget of calls is spent", "the budget of money is spent (--max-cost)"


class Budget:
    """How many calls may be made; threads share it, a copy in another process has its own."""

    def __init__(self, most: int | None = None) -> None:
        self.most, self.calls = most, 0
        self._lock = Lock()

    def take(self) -> bool:
        """Whether another call may be made; it counts."""
        with self._lock:
            if self.is_spent:
                return False
            self.calls += 1
            return True

    @property
    def is_spent(self) -> bool:
        """Whether no call is left."""
        return self.most is not None and self.calls >= self.most

    def __reduce__(self) -> tuple[type[Budget], tuple[int | None]]:
        return Budget, (None if self.most is None else self.most - self.calls,)


class Purse:
    """How much may be spent; endpoints may share it, and threads do. A copy in another process has
    what is left now.

    What a call may cost at most is set aside before it is made, and what it did cost taken off
    after: no call is made that could make the sum exceed ``most``.

    Parameters
    ----------
    most:
        In the currency of the prices; ``None``: no limit.

    Attributes
    ----------
    spent:
        What calls have cost, with what they may have cost at most where nobody said.
    is_empty:
        Whether a call was not made, since it could have exceeded ``most``.
    """

    def __init__(self, most: float | None = None) -> None:
        if most is not None and not 0 <= most < math.inf:
            raise ArgumentError(f"max_cost (--max-cost) must be 0 or above, not {most!r}")
        self.most, self.spent, self.is_empty = most, 0.0, False
        self._aside, self._calls = 0.0, 0  # of calls under way
        self._changed = Condition()

    def set_aside(self, amount: float) -> bool:
        """Whether a call may be made that costs at most so much, which is then set aside.

        Waits for calls under way that may cost less than what was set aside for them.
        """
        with self._changed:
            while self.most is not None and self.spent + self._aside + amount > self.most:
                if not self._calls:
                    self.is_empty = True
                    return False
                self._changed.wait()
            self._aside += amount
            self._calls += 1
            return True

    def settle(self, amount: float, cost: float) -> None:
        """A call for which ``amount`` was set aside has cost so much."""
        with self._changed:
            self._calls -= 1
            self._aside = self._aside - amount if self._calls else 0.0
            self.spent += cost
            self._changed.notify_all()

    def __reduce__(self) -> tuple[type[Purse], tuple[float | None]]:
        left = None if self.most is None else max(0.0, self.most - self.spent)
        return Purse, (left,)
