"""What a reward function from elsewhere may be told of one reply, by the names it may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from persona_env.messages import Message, chat_messages
from persona_env.scenarios.case import prompt_language_or_first, reply_language, view_case
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile

REPLY = ("reply", "response", "completion", "text", "output", "generation", "solution_str")
PROMPT = ("prompt", "question", "query", "instruction", "input")
ANSWER = ("answer", "reference", "solution", "ground_truth", "target", "reference_answer")
DESCRIBED = ("user", "persona", "user_description")
PROFILE = ("profile", "user_profile")
USER = (*DESCRIBED, *PROFILE, "preferences", "user_id")
"""Names by which a reward function asks for the user: a description in words, the profile as a
dict, its preferences as a dict of targets, or its id."""


@dataclass(frozen=True)
class Asked:
    """One reply to one prompt, by one user."""

    scenario: Scenario
    user: UserProfile
    reply: str

    @cached_property
    def language(self) -> str:
        """The language of the prompt."""
        return prompt_language_or_first(self.scenario, self.user)

    @cached_property
    def prompt(self) -> str:
        """What is asked."""
        return self.scenario.text(self.language).prompt

    @cached_property
    def messages(self) -> list[Message]:
        """The prompt as chat messages, the user's description as the system turn."""
        return chat_messages(self._described, (), self.prompt)

    @property
    def completion(self) -> list[Message]:
        """The reply as chat messages."""
        return [{"role": "assistant", "content": self.reply}]

    @cached_property
    def columns(self) -> Mapping[str, Any]:
        """All but prompt and reply, by every name that it may be asked for."""
        text = self.scenario.text(reply_language(self.scenario, self.user) or self.language)
        preferences = {
            name: wish["target"]
            for name, wish in self.user.preferences.model_dump(exclude_none=True).items()
        }
        return {
            **dict.fromkeys(ANSWER, text.answer),
            **dict.fromkeys(DESCRIBED, self._described),
            **dict.fromkeys(PROFILE, self.user.model_dump(exclude_none=True)),
            "preferences": preferences,
            "user_id": self.user.id,
            "scenario_id": self.scenario.id,
            "language": self.language,
        }

    @cached_property
    def _described(self) -> str:
        return view_case(self.scenario, self.user, "full").shown
