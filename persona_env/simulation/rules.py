"""A user who follows rules: seeded, without a model."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Literal

import numpy as np

from persona_env.arguments import whole_number
from persona_env.errors import ArgumentError, shown
from persona_env.rewards import Verdict
from persona_env.rewards.exchange import Turn
from persona_env.scenarios.case import prompt_language_or_first
from persona_env.scenarios.schema import Scenario
from persona_env.simulation.changes import (
    another_topic,
    clarified,
    in_language,
    meant_reading,
    other_languages,
)
from persona_env.simulation.complaints import complaint
from persona_env.simulation.phrases import joined, say
from persona_env.simulation.questions import Kind, answer, kind_of_question
from persona_env.simulation.user import SATISFIED, UserCase, Utterance
from persona_env.users.profile import UserProfile


@dataclass(frozen=True, slots=True)
class RuleBasedUser:
    """Answers questions, complains, turns to something else, and leaves: the first rule that holds.

    1. Asked which reading of an ambiguous request is meant, a user who wants to be asked
       (``clarification = "ask"``) says it, if the conversation may have another topic: the request
       with its reading is one, and an answer is due to it.
    2. A content user turns to another topic with the probability ``change_topic``, if there may be
       one, or else leaves with thanks.
    3. A clarifying question (which reading, language or level) is answered, once of each kind on a
       topic; not by a user who does not want any (``clarification = "assume"``).
    4. After ``patience`` replies on a topic that missed, the user leaves.
    5. Otherwise the user complains about the preference that was missed most.

    Who complains or turns to another topic may do so in another language, with the probability
    ``switch_language``: one that they read and the scenario has. From then on they want replies in
    it. Users with a preference for a language stay with it.

    Parameters
    ----------
    content_at:
        The reward of a reply, in [0, 1], from which the user is content; ``None``: that of the
        register (:data:`~persona_env.simulation.user.SATISFIED`).
    patience:
        How many replies on a topic may miss. A profile's own ``extensions.patience`` comes first.
    change_topic, switch_language:
        Probabilities, in [0, 1].

    Raises
    ------
    ArgumentError
        For an option out of its range.
    """

    content_at: float | None = None
    patience: int = 3
    change_topic: float = 1.0
    switch_language: float = 0.1

    def __post_init__(self) -> None:
        for name in ("content_at", "change_topic", "switch_language"):
            value = getattr(self, name)
            if name == "content_at" and value is None:
                continue
            if not isinstance(value, Real) or not 0 <= float(value) <= 1:
                raise ArgumentError(f"{name} must be a number in [0, 1], not {shown(value)}")
        whole_number("patience", self.patience, least=1)

    def reply(
        self, case: UserCase, turns: tuple[Turn, ...], verdict: Verdict, rng: np.random.Generator
    ) -> str | Utterance:
        """See the class."""
        missed, question = _read(case, turns)
        if question == "reading" and _wants_to_be_asked(case):
            return _with_its_reading(case)
        content_at = SATISFIED[case.register] if self.content_at is None else self.content_at
        if verdict.reward >= content_at:
            return self._next_topic(case, turns, rng) or _last_words("content", case, rng)
        if question is not None:
            return answer(question, case, rng)
        if missed >= (case.user.value("extensions.patience") or self.patience):
            return _last_words("left", case, rng)
        return self._complain(case, verdict, rng)

    def _next_topic(
        self, case: UserCase, turns: tuple[Turn, ...], rng: np.random.Generator
    ) -> Utterance | None:
        wants_more = case.topics_left > 0 and rng.random() < self.change_topic
        scenario = another_topic(case, turns, rng) if wants_more else None
        if scenario is None:
            return None
        asks = prompt_language_or_first(scenario, case.user)
        user = self._switched(scenario, case.user, asks, rng)
        said = [say("thanks", asks, rng)]
        if user is not None:
            asks = prompt_language_or_first(scenario, user)
            said.append(say("switch", asks, rng))
        said += [say("next_topic", asks, rng), scenario.text(asks).prompt]
        return Utterance(joined(asks, *said), scenario, user)

    def _complain(
        self, case: UserCase, verdict: Verdict, rng: np.random.Generator
    ) -> str | Utterance:
        user = self._switched(case.scenario, case.user, case.language, rng)
        if user is None:
            return complaint(verdict, case, case.language, rng)
        asks = prompt_language_or_first(case.scenario, user)
        said = complaint(verdict, case, asks, rng), say("switch", asks, rng)
        return Utterance(joined(asks, *said), user=user)

    def _switched(
        self, scenario: Scenario, user: UserProfile, language: str, rng: np.random.Generator
    ) -> UserProfile | None:
        others = other_languages(scenario, user, language)
        if not others or rng.random() >= self.switch_language:
            return None
        return in_language(user, others[int(rng.integers(len(others)))])


def _read(case: UserCase, turns: tuple[Turn, ...]) -> tuple[int, Kind | None]:
    """How many replies on this topic missed, and what the last one asks, if it is answered."""
    missed, question, answered = 0, None, set[Kind]()
    for turn in turns[case.begun :]:
        if turn.role == "assistant":
            question = kind_of_question(turn.text)
            if question is None or question in answered or not _answers(question, case):
                missed, question = missed + 1, None
            else:
                answered.add(question)
    return missed, question


def _answers(question: Kind, case: UserCase) -> bool:
    wish = case.user.preferences.clarification
    if wish is not None and wish.target == "assume":
        return False
    wanted = question == "reading" and _wants_to_be_asked(case)
    return not wanted or (case.topics_left > 0 and clarified(case.scenario) is not None)


def _wants_to_be_asked(case: UserCase) -> bool:
    """Whether a question back is what this user wants of a good reply."""
    wish = case.user.preferences.clarification
    return case.scenario.is_ambiguous and wish is not None and wish.target == "ask"


def _with_its_reading(case: UserCase) -> Utterance:
    meant = meant_reading(case.scenario, case.language)
    return Utterance(meant or "", clarified(case.scenario))


def _last_words(
    why: Literal["content", "left"], case: UserCase, rng: np.random.Generator
) -> Utterance:
    words = "content" if why == "content" else "gives_up"
    return Utterance(say(words, case.language, rng), leaves=why)
