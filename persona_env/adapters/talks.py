"""Conversations with simulated users that a host plays: it writes the replies, in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from persona_env.adapters.scoring import judged
from persona_env.env import PersonaEnv
from persona_env.evaluation.asking import Key
from persona_env.evaluation.conversation import Conversation, case_seed
from persona_env.rewards import Verdict
from persona_env.scenarios.case import Case


@dataclass(eq=False, repr=False)
class Talk(Conversation):
    """A conversation that a host plays; it is over once a judge could not read a reply of it."""

    @property
    def is_over(self) -> bool:
        """Whether it takes no further reply."""
        return self.is_lost or self.env.ended is not None

    @property
    def verdict(self) -> Verdict | None:
        """On the last reply; ``None`` where a judge could not read it."""
        return None if self.is_lost else self.verdicts[-1]

    @property
    def earned(self) -> float | None:
        """The return of the episode, in [0, 1]; ``None`` where a reply could not be read."""
        return None if self.is_lost else sum(self.rewards)

    @property
    def heard(self) -> str:
        """What the user says now."""
        return self.env.messages()[-1]["content"]


def begin_talk(env: PersonaEnv, case: Case, seed: int, batch: int = 0) -> Talk:
    """A conversation of ``env`` that begins with this case.

    What its user says is drawn from ``seed``, the ids of the case and the number of the batch:
    replies that are compared with each other meet the same user.
    """
    own = env.light_copy()
    own.np_random = np.random.default_rng(case_seed(case, seed, batch))
    own.begin(*case)
    return Talk(own, Key(case.scenario.id, case.user.id, batch + 1))


def answer(env: PersonaEnv, talks: Sequence[Talk], replies: Sequence[str]) -> None:
    """Hand each of these conversations of ``env`` its next reply; all are judged together."""
    said = [talk.env.exchange(reply) for talk, reply in zip(talks, replies, strict=True)]
    for talk, exchange, verdict in zip(talks, said, judged(env, said), strict=True):
        if verdict is None:
            talk.is_lost = True
        else:
            talk.take(exchange, verdict)
