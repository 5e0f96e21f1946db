"""What answers: any callable from a batch of observations to a batch of replies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

from persona_env.scenarios.case import Case

Observation = dict[str, Any]


class Agent(Protocol):
    """``agent(observations) -> replies``, as many replies as observations."""

    def __call__(self, observations: Sequence[Observation], /) -> Sequence[str]:
        """Answer a batch."""


class ReferenceAgent(ABC):
    """An agent that is told the case: it marks what can be reached, and is no policy."""

    @abstractmethod
    def answer(self, cases: Sequence[Case]) -> list[str]:
        """Replies to these cases."""
