"""Conversations that a host plays one by one, so that its log can be scored again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Self

import numpy as np

from persona_env.adapters.figures import record
from persona_env.adapters.made import Made, sessions
from persona_env.adapters.rows import Row
from persona_env.errors import JudgeError
from persona_env.evaluation.conversation import case_seed
from persona_env.rewards import Verdict
from persona_env.rewards.explain import explain_verdict
from persona_env.scenarios.case import Case

UNREAD = "nothing of the reply could be read by"


class Outcome(NamedTuple):
    """What a conversation came to: the reward of its last reply (``None``: nobody could read it),
    how it came about in words, and as plain values."""

    reward: float | None
    told: str
    facts: dict[str, Any]


class Played:
    """A conversation with one case, drawn from ``seed`` and its ids: same replies, same answers.

    ``replies`` and ``verdicts`` are those so far; ``reward`` is what they earned, in all.

    Raises :class:`PersonaEnvError` for a user or scenario that is not there.
    """

    def __init__(self, made: Made, scenario: str, user: str, seed: int = 0) -> None:
        self.session = sessions(made).open()
        self.reward = 0.0
        self.replies: list[str] = []
        self.verdicts: list[Verdict] = []
        self.session.reset(options={"scenario": scenario, "user": user})
        env = self.session.env
        env.np_random = np.random.default_rng(case_seed(Case(env.scenario, env.user), seed))

    @classmethod
    def of(cls, row: Row, turns: int = 1, seed: int = 0) -> Self:
        """With the case of a row of ``case_rows``, and at most so many replies."""
        made = Made.read(row["made"])._replace(max_turns=turns)
        return cls(made, row["scenario"], row["user"], seed)

    def say(self, reply: str) -> str | None:
        """What the user says to this reply; ``None`` once the conversation is over.

        Raises :class:`JudgeError` if a judge could not read it.
        """
        self.replies.append(reply)
        _, reward, over, _, info = self.session.step(reply)
        self.reward += reward
        self.verdicts += [self.session.verdict] if self.session.verdict else []
        return None if over else info["messages"][-1]["content"]

    def heard(self, reply: str) -> str | None:
        """:meth:`say`; ``None`` also if nobody could read the reply."""
        with suppress(JudgeError):
            said = self.say(reply)
            return said if self.verdicts[-1].coverage else None
        return None

    def replay(self, replies: Sequence[str]) -> float:
        """The reward of all these replies."""
        for reply in replies:
            self.say(reply)
        return self.reward


def outcome(row: Row, replies: Sequence[str], turns: int = 1, seed: int = 0) -> Outcome:
    """What replies in the case of a row of :func:`~persona_env.adapters.made.case_rows` come to."""
    played = Played.of(row, turns, seed)
    try:
        played.replay(replies)
    except JudgeError:
        return Outcome(None, f"{UNREAD} the judge", {})
    verdict = played.verdicts[-1]
    if not verdict.coverage:
        return Outcome(None, f"{UNREAD} any reader", {})
    rewards = [one.reward for one in played.verdicts]
    facts = record(verdict) | {"turn_rewards": rewards, "ended": played.session.env.ended}
    told = "\n".join(explain_verdict(verdict, played.session.said))
    return Outcome(verdict.reward, told, facts)
