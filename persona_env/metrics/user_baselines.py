r"""Each user's own rewards as the baseline of their rewards.

.. math:: A = (r - \mu_u) / (\sigma_u + \epsilon)

with the running mean and spread of user u. Where one mean and one spread stand for all, the users
whose rewards differ most, or who are most, set the scale, and the others teach little: their
differences are lost beside the noise and the KL penalty.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from persona_env.arguments import whole_number
from persona_env.errors import ArgumentError

LEAST_SPREAD = 0.01
"""Added to spreads: of rewards that hardly differ, what differs is luck."""


@dataclass(slots=True)
class Running:
    """The mean and the variance of a stream, of about its last ``memory`` values."""

    memory: int
    count: int = 0
    mean: float = 0.0
    variance: float = 0.0

    def add(self, value: float) -> None:
        """One more value; exact up to ``memory`` values, and exponentially weighted from there."""
        self.count = min(self.count + 1, self.memory)
        gap = value - self.mean
        self.mean += gap / self.count
        self.variance += (gap * (value - self.mean) - self.variance) / self.count

    @property
    def spread(self) -> float:
        """The standard deviation."""
        return math.sqrt(self.variance)


@dataclass(slots=True)
class UserBaselines:
    """The history of each user's rewards, and rewards as seen against it.

    ``memory`` is how many rewards back a history reaches, as the policy changes under it.

    >>> baselines = UserBaselines()
    >>> [round(a, 2) for a in baselines.advantages(["ana", "ana", "bo", "bo"], [0, 1, 0.4, 0.5])]
    [-0.98, 0.98, -0.83, 0.83]
    """

    memory: int = 1000
    users: dict[str, Running] = field(default_factory=dict)
    everybody: Running = field(init=False)

    def __post_init__(self) -> None:
        self.everybody = Running(whole_number("memory", self.memory, least=2))

    def advantages(
        self, users: Sequence[str], rewards: Sequence[float | None]
    ) -> list[float | None]:
        """Rewards less their user's mean, in units of their user's spread.

        They join the history first. ``None`` stands for a reward that is not known: it joins
        nothing and stays.
        """
        self._add(users, rewards)
        return [self._against(u, r) for u, r in zip(users, rewards, strict=True)]

    def levelled(self, users: Sequence[str], rewards: Sequence[float | None]) -> list[float | None]:
        """The same on the scale of everybody's rewards: each user has everybody's mean and spread.

        What is weighed against rewards, such as a KL penalty, keeps its weight.
        """
        found = self.advantages(users, rewards)
        mean, spread = self.everybody.mean, self.everybody.spread
        return [None if one is None else mean + spread * one for one in found]

    def unit(self, reward: float | None) -> float | None:
        """A reward in units of the spread of everybody's, so that theirs becomes 1."""
        return None if reward is None else reward / (self.everybody.spread + LEAST_SPREAD)

    def _add(self, users: Sequence[str], rewards: Sequence[float | None]) -> None:
        if len(users) != len(rewards):
            raise ArgumentError(f"give a user for each reward, not {len(users)} for {len(rewards)}")
        for user, reward in _known(zip(users, rewards, strict=True)):
            self.users.setdefault(user, Running(self.memory)).add(reward)
            self.everybody.add(reward)

    def _against(self, user: str, reward: float | None) -> float | None:
        if reward is None:
            return None
        own = self.users[user]
        return (reward - own.mean) / (own.spread + LEAST_SPREAD)


def _known(given: Iterable[tuple[str, float | None]]) -> Iterable[tuple[str, float]]:
    return ((user, reward) for user, reward in given if reward is not None)
