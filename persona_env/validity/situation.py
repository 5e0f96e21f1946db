"""Where a labelled reply stands: its prompt, and the scenario if the library knows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from persona_env.errors import unknown_name
from persona_env.languages import LANGUAGES
from persona_env.memo import Memo
from persona_env.reading import Ask
from persona_env.reading.language_id import guess
from persona_env.rewards.exchange import see_reply
from persona_env.rows import Row
from persona_env.scenarios.schema import Scenario, ScenarioText

ENV = "PersonaChat-v0"
"""The environment of a row that names none."""
Find = Callable[[str, str], Scenario]
"""The scenario by the ids of an environment and of the scenario."""


class Situation(NamedTuple):
    """A prompt, and the ids of environment and scenario; ``scenario`` is empty for a prompt that
    the library does not know, of which nothing but its words is known then."""

    prompt: str = ""
    env: str = ENV
    scenario: str = ""
    language: str = ""


def situation_of(row: Row, prompt: str) -> Situation:
    """The situation of a row with this prompt; the language is guessed where none is given."""
    language = row.optional("language").strip() or _guessed(prompt)
    if language not in LANGUAGES:
        raise row.error(str(unknown_name("language", language, LANGUAGES)))
    env = row.optional("env").strip() or ENV
    return Situation(prompt, env, row.optional("scenario").strip(), language)


def _guessed(prompt: str) -> str:
    code = guess(prompt)
    return code if code in LANGUAGES else LANGUAGES[0]


class Situations:
    """Scenarios of situations: those of the library, or one made of the prompt alone."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._known: Memo[Situation, Scenario] = Memo()

    def scenario(self, situation: Situation) -> Scenario:
        """The scenario; equal situations get the same one."""
        known = self._known.get(situation)
        if known is None:
            known = self._known[situation] = self._made(situation)
        return known

    def ask(self, situation: Situation, reply: str) -> Ask:
        """What a reader is asked about a reply."""
        scenario = self.scenario(situation)
        return Ask(scenario, situation.language, see_reply(scenario, reply).text)

    def _made(self, situation: Situation) -> Scenario:
        if situation.scenario:
            found = self._find(situation.env, situation.scenario)
            found.text(situation.language)  # an error where it has none
            return found
        return Scenario(
            id="a-prompt-alone",
            family="labelled",
            split="heldout",
            category="labelled",
            texts={situation.language: ScenarioText(prompt=situation.prompt, answer="")},
        )
