"""What the reward terms of a title look at: the session, the user's habits, and the title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from persona_env.rewards.exchange import TermView
from persona_env.text.spans import Span

from .choice import habits_for, language_for
from .evidence import Known, known_of
from .facts import Facts, facts_of
from .habits import Habits
from .session import TitleScenario
from .titles import Title, read_title

LONGEST = 400  # characters beyond which nothing is read: no title is as long


def facts(view: TermView) -> Facts | None:
    """The session in the language that its title should have; ``None`` where no title is asked."""
    scenario = view.scenario
    if not isinstance(scenario, TitleScenario):
        return None
    language = language_for(view.once(habits), scenario, view.language)
    return facts_of(scenario.sessions[language], language)


def known(view: TermView) -> Known | None:
    """The session as evidence for its titles; ``None`` where no title is asked."""
    scenario = view.scenario
    if not isinstance(scenario, TitleScenario):
        return None
    return known_of(scenario, language_for(view.once(habits), scenario, view.language))


def habits(view: TermView) -> Habits:
    """How this user titles, as the profile states it or the titles that are shown tell."""
    return habits_for(cast(TitleScenario, view.scenario), view.field, view.language)


def read(view: TermView) -> Title:
    """The title, without outer blanks."""
    return read_title(view.reply.strip())


def spans(view: TermView, found: Sequence[Span]) -> list[Span]:
    """Spans of the title as those of the reply."""
    left = len(view.reply) - len(view.reply.lstrip())
    return [(start + left, end + left) for start, end in found]
