"""The user of a talk: says its turns one after the other, and complains in between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from persona_env.rewards import Verdict
from persona_env.rewards.exchange import Turn
from persona_env.scenarios.case import prompt_language_or_first
from persona_env.simulation.complaints import complaint
from persona_env.simulation.phrases import joined
from persona_env.simulation.user import SATISFIED, UserCase, Utterance

from .pool import following


@dataclass(frozen=True, slots=True)
class TalkingUser:
    """Says the next turn of the talk, and leaves after the last.

    A reply that does not satisfy (a reward under 0.6, in the tiny register 0.9) is met with a
    complaint in front of the turn. No reply makes a turn go away, or adds one.
    """

    def reply(
        self, case: UserCase, turns: tuple[Turn, ...], verdict: Verdict, rng: np.random.Generator
    ) -> Utterance:
        """See the class."""
        is_content = verdict.reward >= SATISFIED[case.register]
        found = following(case.topics, case.scenario) if case.topics_left > 0 else None
        if found is None:
            return Utterance("", leaves="content" if is_content else "left")
        language = prompt_language_or_first(found, case.user)
        said = found.text(language).prompt
        if not is_content:
            said = joined(language, complaint(verdict, case, language, rng), said)
        return Utterance(said, found)
