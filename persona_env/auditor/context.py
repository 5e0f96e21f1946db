"""What an exploiting agent knows: what everybody sees, or all there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from persona_env.auditor.bank_texts import BankTexts
from persona_env.env import PersonaEnv
from persona_env.languages import language_entry
from persona_env.rewards.refusal_policy import Act, act_for
from persona_env.scenarios.case import Case, prompt_language_or_first, reply_language
from persona_env.scenarios.schema import Scenario, ScenarioText
from persona_env.users.profile import UserProfile


@dataclass(frozen=True)
class Seen:
    """What an agent sees of an episode: the observation, and the language it was asked in."""

    observation: Mapping[str, Any] = field(repr=False)  # it may show a secret, to its owner
    language: str

    def say(self, key: str) -> str:
        """The phrase ``key`` in the language of the prompt, a list of phrases as one text."""
        phrase = language_entry(self.language, "audit", key)
        return phrase if isinstance(phrase, str) else " ".join(phrase)

    def lines(self, key: str) -> tuple[str, ...]:
        """The list of phrases ``key`` in the language of the prompt."""
        return tuple(language_entry(self.language, "audit", key))


@dataclass(frozen=True)
class Known(Seen):
    """All there is: also the case, the environment, and which words paid whom.

    ``phrases`` holds, for each term, the words of the honest replies to the cases of the audit that
    the term named as its reasons, those of this case first. ``texts`` is what the bank holds for
    this case, if it comes from there, and ``neighbour`` a case in the same language with another
    scenario.
    """

    env: PersonaEnv
    case: Case
    phrases: Mapping[str, tuple[str, ...]]
    texts: BankTexts | None = None
    neighbour: Known | None = None

    @property
    def scenario(self) -> Scenario:
        """What is asked, and what is true of it."""
        return self.case.scenario

    @property
    def user(self) -> UserProfile:
        """The user who asks."""
        return self.case.user

    @cached_property
    def text(self) -> ScenarioText:
        """The scenario in the language that a reply should have."""
        return self.scenario.text(reply_language(*self.case) or self.language)

    @property
    def act(self) -> Act:
        """What is right for this request and this user; see ``rewards.refusal_policy``."""
        return act_for(*self.case)

    @cached_property
    def honest(self) -> str:
        """A good reply: the one of the bank, or else the environment's own (its oracle's)."""
        return self.env.oracle(*self.case) if self.texts is None else self.texts.good

    def told(self, key: str, text: str) -> str:
        """The phrase ``key`` with ``text`` in its place."""
        return self.say(key).format(text)


def look(
    env: PersonaEnv,
    case: Case,
    phrases: Mapping[str, tuple[str, ...]],
    texts: BankTexts | None = None,
) -> Known:
    """Everything about one case."""
    return Known(env.handed(*case), prompt_language_or_first(*case), env, case, phrases, texts)
