"""Whole conversations of an evaluation: every case answered until its user leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from persona_env.agent import Agent, ReferenceAgent, Tell, tell_nobody
from persona_env.env import Observation, PersonaEnv
from persona_env.evaluation.asking import Asker, Key, Recorded, Wanted
from persona_env.evaluation.scores import Answer
from persona_env.evaluation.unjudged import losing
from persona_env.rewards import Verdict, judge_all
from persona_env.rewards.exchange import Exchange
from persona_env.scenarios.case import Case, prompt_language_or_first
from persona_env.simulation.changes import in_language, other_languages
from persona_env.users.profile import UserProfile


@dataclass(slots=True)
class Conversation:
    """One conversation: its environment, and what was judged and paid in each turn.

    ``key`` is that of its next reply. ``is_broken`` tells that one is missing, ``is_lost`` that a
    judge could not read one: both end it.
    """

    env: PersonaEnv
    key: Key
    answers: list[Answer] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)
    is_broken: bool = False
    is_lost: bool = False

    @property
    def case(self) -> Case:
        """Who speaks now, and about what."""
        return Case(self.env.scenario, self.env.user)

    @property
    def seen(self) -> Observation:
        """What an agent is handed: the observation, and the conversation as ``messages``."""
        return {**self.env.observe_turn(), "messages": self.env.messages()}

    def take(self, exchange: Exchange, verdict: Verdict) -> None:
        """The turn that ends with this exchange."""
        self.answers.append(Answer(self.case, exchange.reply, exchange.transcript))
        self.verdicts.append(verdict)
        self.rewards.append(self.env.conclude(exchange.reply, verdict)[0])
        self.key = self.key._replace(turn=self.key.turn + 1)

    @property
    def goes_on(self) -> bool:
        """Whether another reply is wanted."""
        return not (self.is_broken or self.is_lost) and self.env.ended is None


def converse(
    agent: Agent | ReferenceAgent | Recorded | Asker,
    env: PersonaEnv,
    cases: Sequence[Case],
    turns: int,
    seed: int,
    *,
    samples: int = 1,
    tell: Tell = tell_nobody,
) -> list[Conversation]:
    """Conversations of at most ``turns`` replies with the simulator of ``env``: for each case
    ``samples`` of them, one after the other.

    In each turn the agent is asked for all conversations that go on, in batches. What a user says
    is drawn from ``seed`` and the ids of the case, so neither the order of the cases nor the size
    of the batches matters.
    """
    asker, lost = agent if isinstance(agent, Asker) else Asker(agent), losing(env)
    talks = [
        _begun(env, case, sample, turns, seed) for case in cases for sample in range(1, samples + 1)
    ]
    while waiting := [talk for talk in talks if talk.goes_on]:
        replies = asker.replies([Wanted(talk.key, talk.case, talk.seen) for talk in waiting])
        answered = [(talk, r) for talk, r in zip(waiting, replies, strict=True) if r is not None]
        said = [talk.env.exchange(reply) for talk, reply in answered]
        verdicts = judge_all(said, env.terms)
        for (talk, _), exchange, verdict, is_lost in zip(
            answered, said, verdicts, lost(said), strict=True
        ):
            talk.is_lost = is_lost
            if not is_lost:
                talk.take(exchange, verdict)
        for talk, reply in zip(waiting, replies, strict=True):
            talk.is_broken = reply is None
        tell(sum(not talk.goes_on for talk in talks), len(talks))
    return talks


def _begun(env: PersonaEnv, case: Case, sample: int, turns: int, seed: int) -> Conversation:
    row = env.light_copy(turns)
    row.np_random = np.random.default_rng(case_seed(case, seed))
    row.begin(*case)
    return Conversation(row, Key(case.scenario.id, case.user.id, sample))


def case_seed(case: Case, seed: int, *further: int) -> np.random.SeedSequence:
    """The seed of a case: of numbers and its ids alone, the same in any process."""
    ids = f"{case.scenario.id}\0{case.user.id}".encode()
    return np.random.SeedSequence([seed, *further, *hashlib.sha256(ids).digest()])


def last_rewards(talks: Sequence[Conversation]) -> npt.NDArray[np.float64]:
    """The rewards of the last replies, ``float64 of shape (N,)``."""
    return np.array([talk.verdicts[-1].reward for talk in talks])


def in_place_of(other: UserProfile, case: Case, users: Sequence[UserProfile]) -> UserProfile:
    """``other`` in the conversation of this case: with what its user changed by what they said.

    If the user went on in another language, so does who could have done the same.
    """
    if other.id == case.user.id:
        return case.user
    language = prompt_language_or_first(*case)
    first = prompt_language_or_first(case.scenario, other)
    if any(case.user is user for user in users):
        return other
    can = [c for c in other_languages(case.scenario, other, first) if c == language]
    return in_language(other, can[0]) if can else other
