"""What an evaluation of whole conversations found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from persona_env.env import PersonaEnv
from persona_env.evaluation.conversation import Conversation
from persona_env.evaluation.report import Report
from persona_env.evaluation.scores import reading_of
from persona_env.metrics.statistics import Mean, measure


@dataclass(frozen=True, slots=True)
class TurnReport:
    """What the replies of one turn earned.

    ``reached`` counts the conversations that have the turn; ``reward``, in [0, 1], and ``measures``
    are means over these. ``so_far`` is the mean over all conversations of the last reply up to this
    turn: ``reward`` alone would be of those whose users were hard to please.
    """

    turn: int
    reached: int
    reward: Mean
    so_far: Mean
    measures: dict[str, Mean]


@dataclass(frozen=True, slots=True)
class ConversationReport(Report):
    """The report on whole conversations; what :class:`Report` says is of their last replies.

    ``returns`` is what an episode pays, in [0, 1]: the reward of the last reply, or with several
    topics the sum of those of their last replies, divided by how many topics the episode has
    (:meth:`PersonaEnv.topics_of`).
    ``per_turn`` has an entry for each turn that was reached, ``ended`` counts how conversations
    ended (``"content"``, ``"left"`` or ``"limit"``). ``measures`` also has the environment's own
    of whole conversations (:meth:`PersonaEnv.read_talk`). ``replies`` also hold the whole
    conversation.
    """

    returns: Mean = field(kw_only=True)
    per_turn: tuple[TurnReport, ...] = field(kw_only=True)
    ended: dict[str, int] = field(kw_only=True)

    def __str__(self) -> str:
        lines = [Report.__str__(self), f"return          {self.returns}"]
        lines += [
            f"turn {one.turn:<11}{one.reward}   ({one.reached} conversations; so far {one.so_far})"
            for one in self.per_turn
        ]
        ends = ", ".join(f"{count} {how}" for how, count in self.ended.items())
        return "\n".join([*lines, f"ended           {ends}"])


def told_of(
    talks: Sequence[Conversation], fields: Mapping[str, Any], env: PersonaEnv, seed: int
) -> dict[str, Any]:
    """The fields that a :class:`ConversationReport` has of its own, and those that say more than
    in ``fields``, of the last replies."""
    ended = Counter(str(talk.env.ended) for talk in talks)
    longest = max(len(talk.answers) for talk in talks)
    return {
        "returns": Mean.of([sum(talk.rewards) for talk in talks]),
        "per_turn": tuple(_turn(talks, place, env, seed) for place in range(longest)),
        "ended": {how: ended[how] for how in ("content", "left", "limit")},
        "measures": fields["measures"] | _of_talks(talks),
        "replies": tuple(
            {**reply, **_whole(talk)} for reply, talk in zip(fields["replies"], talks, strict=True)
        ),
    }


def _turn(talks: Sequence[Conversation], place: int, env: PersonaEnv, seed: int) -> TurnReport:
    reached = [talk for talk in talks if len(talk.answers) > place]
    so_far = [talk.verdicts[min(place, len(talk.verdicts) - 1)].reward for talk in talks]
    readings = [reading_of(env, talk.answers[place]) for talk in reached]
    return TurnReport(
        turn=place + 1,
        reached=len(reached),
        reward=Mean.of([talk.verdicts[place].reward for talk in reached]),
        so_far=Mean.of(so_far),
        measures=measure(readings, env.statistics(), np.random.default_rng(seed)),
    )


def _of_talks(talks: Sequence[Conversation]) -> dict[str, Mean]:
    """The mean of each own measure of a conversation, over those to which it applies."""
    found = [talk.env.read_talk() for talk in talks]
    names = dict.fromkeys(name for one in found for name in one)
    return {name: Mean.of([one[name] for one in found if name in one]) for name in names}


def _whole(talk: Conversation) -> dict[str, Any]:
    """A conversation as plain data: all turns, and of each reply scenario and reward."""
    return {
        "turns": [{"role": role, "content": text} for role, text in talk.env.turns],
        "scenarios": [answer.case.scenario.id for answer in talk.answers],
        "rewards": [verdict.reward for verdict in talk.verdicts],
        "ended": talk.env.ended,
    }
