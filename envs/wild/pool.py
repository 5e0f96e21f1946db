"""Pools of turns that know of talks: where one begins, and who can have it whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import groupby

from persona_env.scenarios.case import prompt_language
from persona_env.scenarios.pools import GeneratedPool, ListPool, MixturePool, Pool
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile

from .scenario import WildScenario
from .talks import talk_of

TALKS = "talks"


class Talks(ListPool):
    """Written turns: an evaluation goes through all of them, an episode begins where a talk does.

    ``whole=False``: an episode is one reply, and begins at any turn.
    """

    def __init__(self, turns: Sequence[Scenario], whole: bool) -> None:
        super().__init__(turns)
        self.whole = whole
        self._held: dict[tuple[object, ...], Talks] = {}

    @cached_property
    def begun(self) -> ListPool:
        """The first turns."""
        return ListPool([one for one in self._all if _begins(one)])

    def draw(self, point: float) -> Scenario:
        """A first turn, or with ``whole=False`` any."""
        return self.begun.draw(point) if self.whole else super().draw(point)

    def readable(self, user: UserProfile) -> Talks:
        """The talks of which this user can say every turn."""
        wish = user.preferences.language
        key = (user.context.languages, None if wish is None else wish.target)
        if key not in self._held:
            talks = [tuple(talk) for _, talk in groupby(self._all, talk_of)]
            kept = [turn for talk in talks if all(_says(user, t) for t in talk) for turn in talk]
            self._held[key] = Talks(kept, self.whole)
        return self._held[key]


class Begun(Pool):
    """The first turns of talks; the others are found, and not drawn."""

    def __init__(self, talks: Talks) -> None:
        self._talks = talks

    def __len__(self) -> int:
        return len(self._talks.begun)

    def _at(self, index: int) -> Scenario:
        return self._talks.begun[index]

    def readable(self, user: UserProfile) -> Begun:
        """See :class:`Talks`."""
        return Begun(self._talks.readable(user))

    def find(self, name: str) -> Scenario | None:
        """Any turn of these talks."""
        return self._talks.find(name)

    @property
    def shown(self) -> tuple[Scenario, ...]:
        """The first turns."""
        return self._talks.begun.shown


class Mixture(MixturePool):
    """Written and generated talks."""

    def named(self, name: str) -> Pool | None:
        """Also ``"talks"``: the written ones by their first turns, to evaluate whole talks."""
        written = self.parts.get("written")
        if name == TALKS and isinstance(written, Talks):
            return Begun(written)
        return super().named(name)


class Drawn(GeneratedPool):
    """Generated talks of ``turns`` turns each, one behind the other."""

    def __init__(
        self, name: str, make: Callable[[int], Scenario], n: int, turns: int, whole: bool
    ) -> None:
        super().__init__(name, make, n)
        self.turns, self.whole = turns, whole

    def __reduce__(self) -> tuple[type[Drawn], tuple[object, ...]]:  # type: ignore[override]
        """See :class:`GeneratedPool`."""
        return type(self), (self.name, self._written, self.n, self.turns, self.whole)

    def draw(self, point: float) -> Scenario:
        """A first turn, or with ``whole=False`` any."""
        if not self.whole:
            return super().draw(point)
        return self[int(point * (self.n // self.turns)) * self.turns]


def following(pool: Pool, turn: Scenario) -> WildScenario | None:
    """The next turn of the same talk, if the pool has it."""
    if not isinstance(turn, WildScenario):
        return None
    found = pool.find(turn.beside(1))
    is_next = isinstance(found, WildScenario) and found.turn == turn.turn + 1
    return found if is_next and isinstance(found, WildScenario) else None


def _begins(turn: Scenario) -> bool:
    return not isinstance(turn, WildScenario) or turn.turn == 1


def _says(user: UserProfile, turn: Scenario) -> bool:
    """Whether the user can ask this turn; who mixes languages reads all of its languages."""
    if prompt_language(turn, user) is None:
        return False
    mixes = isinstance(turn, WildScenario) and turn.said_in is not None
    return not mixes or turn.texts.keys() <= set(user.context.languages)
