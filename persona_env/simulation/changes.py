"""What changes in a case by what a user says: the topic, the language, what was left unclear."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from persona_env.languages import Language
from persona_env.rewards.exchange import Turn
from persona_env.scenarios.case import prompt_language
from persona_env.scenarios.schema import Scenario, ScenarioText
from persona_env.simulation.phrases import joined, say
from persona_env.simulation.user import UserCase
from persona_env.users.profile import Preference, UserProfile

TRIES = 16  # draws of a topic that was not asked yet; with fewer topics left, there may be none
REMEMBERED = 1024


def another_topic(
    case: UserCase, turns: tuple[Turn, ...], rng: np.random.Generator
) -> Scenario | None:
    """A scenario of the environment that this user can ask and has not asked in these turns."""
    for _ in range(TRIES if case.topics_left and len(case.topics) else 0):
        found = case.topics.draw(rng.random())
        if prompt_language(found, case.user) is not None and not _was_asked(found, turns):
            return found
    return None


def _was_asked(scenario: Scenario, turns: tuple[Turn, ...]) -> bool:
    said = [turn.text for turn in turns if turn.role == "user"]
    return any(text.prompt in one for text in scenario.texts.values() for one in said)


def other_languages(scenario: Scenario, user: UserProfile, language: str) -> list[Language]:
    """The languages in which this user could go on.

    None for users who want replies in a certain language, whatever they ask in.
    """
    if user.preferences.language is not None:
        return []
    return [c for c in user.context.languages if c in scenario.texts and c != language]


@lru_cache(maxsize=REMEMBERED)
def in_language(user: UserProfile, language: Language) -> UserProfile:
    """The user who has asked to go on in ``language``, as if they read nothing else.

    So the gate ``readable`` judges it, which can only take away: a preference with a weight would
    be one more term that a reply earns, and a user who is kept waiting until they switch would pay
    more.
    """
    context = user.context.model_copy(update={"languages": (language,)})
    wants = user.preferences.model_copy(update={"language": Preference(target=language, weight=0)})
    return user.model_copy(update={"context": context, "preferences": wants})


def meant_reading(scenario: Scenario, language: str) -> str | None:
    """Which reading of an ambiguous request is meant, in the user's words; ``None`` if unknown.

    It is the first point without which the answer is wrong (``reference``).
    """
    points = scenario.text(language).reference
    return say("reading", language).format(reading=points[0][0]) if points else None


def clarified(scenario: Scenario) -> Scenario | None:
    """The ambiguous scenario after the user has said which reading is meant; ``None`` if unknown.

    A request like any other: a question back is not wanted any more.
    """
    return _clarified(_Same(scenario))


class _Same:
    """A scenario as a key, compared by identity: it holds dicts."""

    __slots__ = ("scenario",)

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def __hash__(self) -> int:
        return id(self.scenario)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.scenario is other.scenario


@lru_cache(maxsize=REMEMBERED)
def _clarified(same: _Same) -> Scenario | None:
    scenario = same.scenario
    texts: dict[Language, ScenarioText] = {}
    for language, text in scenario.texts.items():
        meant = meant_reading(scenario, language)
        if meant is None:
            return None
        said = {"prompt": joined(language, text.prompt, meant), "question": ""}
        texts[language] = text.model_copy(update=said)
    return scenario.model_copy(update={"id": f"{scenario.id}/clarified", "texts": texts})
