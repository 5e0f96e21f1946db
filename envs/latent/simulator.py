"""The hidden user: answers questions, complains of what was missed, and leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from persona_env.languages import language_entry
from persona_env.rewards import Verdict
from persona_env.rewards.exchange import Turn
from persona_env.simulation.complaints import complaints
from persona_env.simulation.phrases import pick
from persona_env.simulation.user import SATISFIED, UserCase, Utterance

from .asking import Kind, answers, is_question, kind_asked
from .words import WORDS


class Reaction(NamedTuple):
    """What a user may say to a reply, each text as likely, and whether they leave with it."""

    texts: tuple[str, ...]
    leaves: Literal["content", "left"] | None = None


class Count(NamedTuple):
    """How many questions were asked, and how many replies were none."""

    questions: int
    replies: int


@dataclass(frozen=True, slots=True)
class HiddenUser:
    """Says what the reply and the profile decide; only the choice of words is drawn.

    1. A reply that asks about the user's preferences (:mod:`persona_env.envs.latent.asking`) is a
       question, whatever else it says: the user answers the first one. After ``questions`` of them
       they want no more.
    2. A question about the matter itself is one, too: they have said all they know.
    3. With any other reply whose reward satisfies them the user leaves, content.
    4. After ``patience`` replies that missed the user leaves.
    5. Else they complain of the one thing that cost most.
    """

    questions: int = 4
    patience: int = 2

    def reply(
        self, case: UserCase, turns: tuple[Turn, ...], verdict: Verdict, rng: np.random.Generator
    ) -> Utterance:
        """See the class."""
        found = self.reaction(case, turns, verdict)
        return Utterance(pick(found.texts, rng), leaves=found.leaves)

    def reaction(self, case: UserCase, turns: tuple[Turn, ...], verdict: Verdict) -> Reaction:
        """All that this user may say to the last of ``turns``."""
        reply, said = turns[-1].text, counted(turns[case.begun :])
        if is_question(reply):
            return self._to_question(kind_asked(reply), said, case)
        if verdict.reward >= SATISFIED[case.register]:
            return Reaction(_entry(case, "content"), "content")
        if said.replies >= self.patience:
            return Reaction(_entry(case, "gives_up"), "left")
        return Reaction(tuple(complaints(verdict, case, case.language)))

    def _to_question(self, kind: Kind | None, said: Count, case: UserCase) -> Reaction:
        if said.questions > self.questions:
            return Reaction(tuple(WORDS[case.language]["enough"]))
        if kind is None:
            return Reaction(_entry(case, "nothing_more"))
        return Reaction(answers(case.user, kind, case.language))


def counted(turns: tuple[Turn, ...]) -> Count:
    """The questions and the other replies among these turns."""
    asked = [is_question(turn.text) for turn in turns if turn.role == "assistant"]
    return Count(sum(asked), len(asked) - sum(asked))


def _entry(case: UserCase, name: str) -> tuple[str, ...]:
    return tuple(language_entry(case.language, "conversation", name))
