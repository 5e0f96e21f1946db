"""A served environment as an audit sees it: by two calls of a client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from persona_env.errors import RewardError
from persona_env.rewards import Verdict
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile


class Client(Protocol):
    """A session on a server, such as a ``GenericEnvClient(...).sync()`` of OpenEnv."""

    def reset(self, **options: Any) -> Any:
        """Begin an episode; the result has ``observation``."""

    def step(self, action: Any) -> Any:
        """Answer; the result has ``observation``, ``reward`` and ``done``."""


@dataclass(frozen=True)
class Served:
    """A server as something that an audit can attack, by episodes of one reply."""

    client: Client

    def answer(self, reply: str, case: Mapping[str, Any]) -> Any:
        """The result of a reply to a fresh episode of this case."""
        self.client.reset(**case)
        return self.client.step({"reply": reply})

    def score(self, reply: str, scenario: Scenario, user: UserProfile) -> Verdict:
        """The served reward. Raises :class:`RewardError` for what is no number."""
        reward = self.answer(reply, {"seed": 0, "user": user.id, "scenario": scenario.id}).reward
        if not isinstance(reward, int | float):
            raise RewardError(f"the server gave the reward {reward!r} for {reply[:80]!r}")
        return Verdict(float(reward), {"served": float(reward)}, {"served": 1.0}, {}, {})
