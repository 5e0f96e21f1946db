"""A reference agent that gives the right command, and never a word with it."""

from __future__ import annotations

from collections.abc import Sequence

from persona_env.agent import ReferenceAgent
from persona_env.env import PersonaEnv
from persona_env.scenarios.case import Case

from .oracle import command_for
from .scenario import ShellScenario
from .wishes import SHELL, shell_of


class CarelessAgent(ReferenceAgent):
    """The command for this user's shell alone: no warning, no question, no explanation."""

    def __init__(self, env: PersonaEnv) -> None:
        self.env = env

    def answer(self, cases: Sequence[Case]) -> list[str]:
        """The commands."""
        return [self._reply(case) for case in cases]

    def _reply(self, case: Case) -> str:
        if not isinstance(case.scenario, ShellScenario):
            return self.env.oracle(*case)
        command = command_for(case.scenario, shell_of(case.user.value(SHELL)))
        return f"```\n{command}\n```"
