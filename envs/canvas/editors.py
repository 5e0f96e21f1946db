"""A reference agent of this environment: an editor who edits everything."""

from __future__ import annotations

from collections.abc import Sequence

from persona_env.agent import ReferenceAgent
from persona_env.env import PersonaEnv
from persona_env.scenarios.case import Case, prompt_language_or_first

from .days import dates
from .oracle import write_text
from .scenario import CanvasScenario
from .slots import write_date
from .style import STYLE, Style, style_of


class CarelessAgent(ReferenceAgent):
    """Meets the instruction, and puts the dates of the whole document in the user's form as well.

    It replies with the document, as language models that are asked for a part often do.
    """

    def __init__(self, env: PersonaEnv) -> None:
        self.env = env

    def answer(self, cases: Sequence[Case]) -> list[str]:
        """The documents, all of them tidied up; of a question and a program, the oracle's reply."""
        return [self._reply(case) for case in cases]

    def _reply(self, case: Case) -> str:
        scenario = case.scenario
        if not isinstance(scenario, CanvasScenario) or scenario.kind in ("question", "function"):
            return self.env.oracle(*case)
        style = style_of(case.user.value)
        passage = scenario.passages[prompt_language_or_first(*case)]
        target, text = passage.target, write_text(scenario.kind, passage, style)
        return _tidied(target.before, style) + text + _tidied(target.behind, style)


def _tidied(text: str, style: Style) -> str:
    form = style.get("date_format") or STYLE["date_format"][0]
    for found in reversed(dates(text)):
        text = text[: found.span[0]] + write_date(found.day, form) + text[found.span[1] :]
    return text
