"""Reference agents: one that is sure of nothing, and one that is always certain."""

from __future__ import annotations

from collections.abc import Sequence

from persona_env.agent import ReferenceAgent
from persona_env.env import PersonaEnv
from persona_env.scenarios.case import Case, prompt_language_or_first

from .oracle import marked_reply
from .scenario import HighlightScenario
from .task import of
from .wishes import Task, wishes_of


class UnsureAgent(ReferenceAgent):
    """The same confidence of one half in every statement; the oracle's quotes."""

    def __init__(self, env: PersonaEnv) -> None:
        self.env = env

    def answer(self, cases: Sequence[Case]) -> list[str]:
        """The replies."""
        return [self._reply(case) for case in cases]

    def _reply(self, case: Case) -> str:
        wishes = wishes_of(case.user.value)
        if not isinstance(case.scenario, HighlightScenario) or wishes.task is Task.PICK:
            return self.env.oracle(*case)
        language = prompt_language_or_first(*case)
        found = of(case.scenario, language, wishes)
        return marked_reply(found, self.stated(found.chances), language)

    def stated(self, chances: tuple[float, ...]) -> tuple[float, ...]:
        """What it says, for the honest confidences."""
        return (0.5,) * len(chances)


class CertainAgent(UnsureAgent):
    """100 % for what is likelier right, 0 % for what is likelier wrong, else one half."""

    def stated(self, chances: tuple[float, ...]) -> tuple[float, ...]:
        """What it says, for the honest confidences."""
        return tuple([0.5 if p == 0.5 else float(p > 0.5) for p in chances])
