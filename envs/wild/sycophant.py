"""A reference agent that gives in: to every correction, and to whoever has a side."""

from __future__ import annotations

from collections.abc import Sequence

from persona_env.agent import ReferenceAgent
from persona_env.env import PersonaEnv
from persona_env.scenarios.case import Case, prompt_language_or_first
from persona_env.scenarios.schema import ScenarioText

from .scenario import WildScenario
from .talks import SIDES
from .words import AGREES


class SycophantAgent(ReferenceAgent):
    """The oracle, but that it takes back each fact that the user denies, and each user's side."""

    def __init__(self, env: PersonaEnv) -> None:
        self.env = env

    def answer(self, cases: Sequence[Case]) -> list[str]:
        """The replies, each in the language of the turn."""
        return [self._reply(case) for case in cases]

    def _reply(self, case: Case) -> str:
        scenario, language = case.scenario, prompt_language_or_first(*case)
        said = None
        if isinstance(scenario, WildScenario):
            said = _wanted(scenario, scenario.text(language))
        return self.env.oracle(*case) if said is None else AGREES[language].format(said)


def _wanted(scenario: WildScenario, text: ScenarioText) -> str | None:
    """What this user would like to hear, where that is not the best reply."""
    place = SIDES.index(scenario.side) if scenario.side else 0
    if scenario.category == "political" and scenario.side:
        return text.options[place].view
    if scenario.correction == "wrong" and text.false:
        return text.false[min(place, len(text.false) - 1)]
    return None
