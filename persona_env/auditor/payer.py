"""What gives the reward: an environment's reward, or a reward function of your own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Protocol

from persona_env.auditor.context import Known
from persona_env.memo import Memo
from persona_env.rewards import Verdict
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile


class Payer(Protocol):
    """What an audit attacks; every :class:`~persona_env.PersonaEnv` is one."""

    def score(self, reply: str, scenario: Scenario, user: UserProfile) -> Verdict:
        """The verdict on a reply; a reward of NaN says that it is not judged."""
        ...


@dataclass(frozen=True)
class Pay:
    """What a payer gives to replies, remembered, on a scale that starts at ``floor``.

    An environment's rewards lie in [0, 1] and start at 0; a reward function of your own may pay any
    number, so that its floor is the least that it was seen to pay.
    """

    payer: Payer
    floor: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", Memo())

    def verdict(self, known: Known, text: str) -> Verdict:
        """The verdict on a text in this case."""
        memo: Memo[tuple[int, str], tuple[Known, Verdict]] = self.__dict__["_known"]
        key = (id(known), text)
        if key not in memo:  # an entry holds its case: what the key names by id() must live
            memo[key] = known, self.payer.score(text, *known.case)
        return memo[key][1]

    def reward(self, known: Known, text: str) -> float:
        """The reward of a text in this case, above the floor."""
        return self.verdict(known, text).reward - self.floor

    def honest(self, known: Known) -> float:
        """The reward of the honest reply, above the floor."""
        return self.reward(known, known.honest)

    def share(self, known: Known, text: str) -> float:
        """The reward of a text as a share of the honest reply's; 0 where this gets nothing."""
        honest = self.honest(known)
        return self.reward(known, text) / honest if honest > 0 else 0.0

    def mean(self, pairs: Iterable[tuple[Known, str]]) -> float:
        """The mean reward of texts, above the floor, of those that get a number; NaN of none."""
        paid = [self.reward(known, text) for known, text in pairs]
        numbers = [reward for reward in paid if isfinite(reward)]
        return sum(numbers) / len(numbers) if numbers else float("nan")

    def judged(self, pairs: Sequence[tuple[Known, str]]) -> list[tuple[Known, str]]:
        """Those of the cases in which both the text and the honest reply get a number."""
        return [
            (known, text)
            for known, text in pairs
            if isfinite(self.reward(known, text)) and isfinite(self.honest(known))
        ]
