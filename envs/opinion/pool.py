"""A pool of scenarios that belong together: one question, asked with this belief or another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from persona_env.scenarios.case import prompt_language
from persona_env.scenarios.pools import ListPool
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile

Block = tuple[Scenario, ...]


class Blocks(ListPool):
    """Scenarios in blocks, which an evaluation draws whole: first the ``leading``, then the others.

    The leading blocks stand for all where every scenario is gone through.

    >>> len(Blocks([()], [()]))
    0
    """

    def __init__(self, leading: Sequence[Block], others: Sequence[Block]) -> None:
        self.leading, self.others = tuple(leading), tuple(others)
        super().__init__([s for block in (*self.leading, *self.others) for s in block])

    @property
    def shown(self) -> tuple[Scenario, ...]:
        """The scenarios of the leading blocks."""
        return tuple(scenario for block in self.leading for scenario in block)

    def named(self, name: str) -> ListPool | None:
        """All scenarios of this category, not the shown alone."""
        found = [scenario for scenario in self._all if scenario.category == name]
        return ListPool(found) if found else None

    def readable(self, user: UserProfile) -> Blocks:
        """The blocks in a language the user reads; a block has one set of languages."""
        kept = [
            [block for block in blocks if block and prompt_language(block[0], user) is not None]
            for blocks in (self.leading, self.others)
        ]
        return Blocks(*kept)

    def order(self, rng: np.random.Generator, most: int) -> list[int]:
        """Up to ``most``: whole blocks at random, the leading ones first."""
        drawn: list[int] = []
        begin = 0
        for blocks in (self.leading, self.others):
            ends = [*accumulate(map(len, blocks), initial=begin)]
            for i in rng.permutation(len(blocks)).tolist():
                if len(drawn) >= most:
                    return drawn[:most]
                drawn += range(ends[i], ends[i + 1])
            begin = ends[-1]
        return drawn[:most]
