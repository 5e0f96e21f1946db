"""What an environment draws scenarios from: written ones, generated ones, a weighted mixture."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from numbers import Real
from typing import overload

import numpy as np

from persona_env.errors import ScenarioError
from persona_env.scenarios.case import Reads, prompt_language, reads
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile

KEPT = 4096
"""How many generated scenarios a pool remembers by default, with what was read in them."""

BELOW = math.nextafter(1.0, 0.0)
"""The highest point that is drawn: rounding must not push one beyond the last scenario."""

SHOWN = 40
"""How many generated scenarios stand for all of them where every scenario is gone through."""


class Pool(Sequence[Scenario], ABC):
    """Scenarios by number, and how to draw one."""

    @abstractmethod
    def readable(self, user: UserProfile) -> Pool:
        """Those that this user can ask; maybe none."""

    @abstractmethod
    def find(self, name: str) -> Scenario | None:
        """The scenario of this id, or ``None``."""

    @property
    @abstractmethod
    def shown(self) -> tuple[Scenario, ...]:
        """Every written scenario, and the first :data:`SHOWN` of each generator."""

    def named(self, name: str) -> Pool | None:
        """The part of this name, or the scenarios of this category; ``None`` without any."""
        found = tuple(s for s in self.shown if s.category == name)
        return ListPool(found) if found else None

    def draw(self, point: float) -> Scenario:
        """The one that a random ``point`` of [0, 1) falls on."""
        return self._at(int(point * len(self)))

    def order(self, rng: np.random.Generator, most: int) -> list[int]:
        """The numbers of up to ``most`` scenarios at random, none twice."""
        return [int(i) for i in rng.permutation(len(self))[:most]]

    def shuffled(self, rng: np.random.Generator, most: int) -> list[Scenario]:
        """The scenarios of :meth:`order`."""
        return [self[i] for i in self.order(rng, most)]

    @overload
    def __getitem__(self, index: int) -> Scenario: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Scenario]: ...
    def __getitem__(self, index: int | slice) -> Scenario | Sequence[Scenario]:
        if isinstance(index, slice):
            return tuple(self._at(i) for i in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(f"scenario {index} of {len(self)}")
        return self._at(index % len(self))

    @abstractmethod
    def _at(self, index: int) -> Scenario: ...

    def __contains__(self, scenario: object) -> bool:
        return isinstance(scenario, Scenario) and self.find(scenario.id) == scenario

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return self is other or (len(self) == len(other) and list(self) == list(other))

    __hash__ = None  # type: ignore[assignment]


class ListPool(Pool):
    """Scenarios that are written out.

    >>> len(ListPool(()))
    0
    """

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self._all = tuple(scenarios)
        self._by_id = {scenario.id: scenario for scenario in self._all}
        self._readable: dict[tuple[Reads, str], ListPool] = {}
        self._is_for_some = any(scenario.users for scenario in self._all)

    def __len__(self) -> int:
        return len(self._all)

    def _at(self, index: int) -> Scenario:
        return self._all[index]

    def readable(self, user: UserProfile) -> ListPool:
        """Those in a language the user reads; one pool for all users of the same languages, unless
        some scenarios are for some users alone."""
        key = reads(user), user.id if self._is_for_some else ""
        if key not in self._readable:
            kept = [s for s in self._all if prompt_language(s, user) is not None]
            self._readable[key] = ListPool(kept)
        return self._readable[key]

    def find(self, name: str) -> Scenario | None:
        """See :class:`Pool`."""
        return self._by_id.get(name)

    @property
    def shown(self) -> tuple[Scenario, ...]:
        """All of them."""
        return self._all


class GeneratedPool(Pool):
    """``n`` scenarios made when they are asked for: the i-th is ``make(i)``, with id ``name/i``.

    ``make`` is a pure function, and writes all of them in the same languages: a user who can ask
    the first can ask every one. ``kept`` of them are remembered: fewer of long ones.
    """

    def __init__(
        self, name: str, make: Callable[[int], Scenario], n: int, kept: int = KEPT
    ) -> None:
        self.name, self.n, self.kept = name, n, kept
        self._written = make
        self._make = lru_cache(maxsize=kept)(make)

    def __reduce__(
        self,
    ) -> tuple[type[GeneratedPool], tuple[str, Callable[[int], Scenario], int, int]]:
        """What it is made of: what it remembers can be made again, and cannot be pickled."""
        return type(self), (self.name, self._written, self.n, self.kept)

    def __len__(self) -> int:
        return self.n

    def _at(self, index: int) -> Scenario:
        scenario = self._make(index)
        if scenario.id != f"{self.name}/{index}":
            raise ScenarioError(
                f"generator {self.name!r}: scenario {index} must have the id "
                f"'{self.name}/{index}', not {scenario.id!r}"
            )
        return scenario

    def readable(self, user: UserProfile) -> Pool:
        """All of them, or none for a user of other languages."""
        return self if prompt_language(self[0], user) is not None else ListPool(())

    def find(self, name: str) -> Scenario | None:
        """See :class:`Pool`."""
        own, _, index = name.rpartition("/")
        known = own == self.name and index.isdecimal() and int(index) < self.n
        return self[int(index)] if known else None

    @property
    def shown(self) -> tuple[Scenario, ...]:
        """The first ones."""
        return tuple(self[:SHOWN])


class MixturePool(Pool):
    """Named parts, drawn by weight.

    Raises :class:`ScenarioError` without a positive weight.
    """

    def __init__(self, parts: Mapping[str, Pool], weights: Mapping[str, float]) -> None:
        given = [weights.get(name) for name in parts]
        if not all(map(_is_weight, given)) or not any(given):
            raise ScenarioError(
                f"weights must be finite numbers of at least 0, and one above: {dict(weights)}"
            )
        used = {name: pool for name, pool in parts.items() if len(pool) and weights[name] > 0}
        self.parts = used
        self.weights = {name: float(weights[name]) for name in used}
        total = sum(self.weights.values())
        self._bounds = [*accumulate(weight / total for weight in self.weights.values())]
        self._ends = np.cumsum([len(pool) for pool in used.values()])

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def _at(self, index: int) -> Scenario:
        part = int(np.searchsorted(self._ends, index, side="right"))
        pool = list(self.parts.values())[part]
        return pool[index - int(self._ends[part]) + len(pool)]

    def draw(self, point: float) -> Scenario:
        """A part by its weight, and of it the one at the same place."""
        found = min(bisect_right(self._bounds, point), len(self.parts) - 1)
        before = self._bounds[found - 1] if found else 0.0
        inside = (point - before) / (self._bounds[found] - before)
        return list(self.parts.values())[found].draw(min(inside, BELOW))

    def order(self, rng: np.random.Generator, most: int) -> list[int]:
        """Parts by their weights as long as they last."""
        starts = dict(zip(self.parts, [0, *self._ends[:-1].tolist()], strict=True))
        waiting = {name: pool.order(rng, most) for name, pool in self.parts.items()}
        drawn: list[int] = []
        while len(drawn) < most and (left := [name for name in waiting if waiting[name]]):
            weights = np.array([self.weights[name] for name in left])
            part = left[int(rng.choice(len(left), p=weights / weights.sum()))]
            drawn.append(starts[part] + waiting[part].pop())
        return drawn

    def readable(self, user: UserProfile) -> Pool:
        """The parts this user can ask."""
        parts = {name: pool.readable(user) for name, pool in self.parts.items()}
        kept = {name: pool for name, pool in parts.items() if len(pool)}
        return MixturePool(kept, self.weights) if kept else ListPool(())

    def find(self, name: str) -> Scenario | None:
        """See :class:`Pool`."""
        found = (pool.find(name) for pool in self.parts.values())
        return next((scenario for scenario in found if scenario is not None), None)

    def named(self, name: str) -> Pool | None:
        """The part of this name, wherever it lies; else the shown scenarios of a category."""
        if name in self.parts:
            return self.parts[name]
        found = (pool.named(name) for pool in self.parts.values() if isinstance(pool, MixturePool))
        return next((pool for pool in found if pool is not None), None) or super().named(name)

    @property
    def shown(self) -> tuple[Scenario, ...]:
        """Those of all parts."""
        return tuple(scenario for pool in self.parts.values() for scenario in pool.shown)


def written_and_generated(
    split: str,
    written: Pool,
    generated: Mapping[str, Pool],
    splits: Mapping[str, str],
    weights: Mapping[str, float],
) -> MixturePool:
    """The part ``"written"``, and those generated families that lie in this split.

    ``splits`` has the split of each family, ``weights`` how often a part is drawn, 1 for one that
    it does not name.
    """
    here = {name: pool for name, pool in generated.items() if split in ("all", splits[name])}
    parts = {**here, "written": written}
    return MixturePool(parts, {name: weights.get(name, 1.0) for name in parts})


def _is_weight(weight: object) -> bool:
    number = isinstance(weight, Real) and not isinstance(weight, bool | np.bool_)
    return number and 0 <= float(weight) < math.inf  # type: ignore[arg-type]
