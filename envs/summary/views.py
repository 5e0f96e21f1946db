"""What gates and terms look at."""

from __future__ import annotations

from typing import NamedTuple

from persona_env.rewards.exchange import TermView

from .due import Due, due
from .facts import Known, known
from .scenario import SummaryScenario
from .wishes import FIELDS, Wishes, wishes_of

LANGUAGE = "preferences.language"
USES = (*FIELDS, LANGUAGE)


class Asked(NamedTuple):
    """The post in the language of the summary, and what its reader wants."""

    known: Known
    language: str
    wishes: Wishes
    due: Due


def asked(view: TermView) -> Asked | None:
    """What is asked; ``None`` for a scenario of another environment."""
    scenario = view.scenario
    if not isinstance(scenario, SummaryScenario):
        return None
    wish, language = view.field(LANGUAGE), view.language
    if wish is not None and wish.target in scenario.posts:
        language = wish.target
    post = next(one for code, one in scenario.posts.items() if code == language)
    read, wishes = known(post), wishes_of(view.field)
    return Asked(read, language, wishes, due(read, wishes))
