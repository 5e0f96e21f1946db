"""Conversations with simulated users that a host plays: it writes the replies, in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from persona_env.adapters.scoring import judged
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError
from persona_env.evaluation.asking import Key
from persona_env.evaluation.conversation import Conversation, case_seed
from persona_env.messages import Message
from persona_env.rewards import Verdict
from persona_env.scenarios.case import Case


@dataclass(eq=False, repr=False)
class Talk(Conversation):
    """A conversation that a host plays, of the environment ``base``; it is over once a judge could
    not read a reply of it."""

    base: PersonaEnv = field(kw_only=True)

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
    return Talk(own, Key(case.scenario.id, case.user.id, batch + 1), base=env)


def answer(talks: Sequence[Talk], replies: Sequence[str]) -> None:
    """Hand each conversation its next reply; those of one environment are judged together."""
    said = [(one, one.env.exchange(reply)) for one, reply in zip(talks, replies, strict=True)]
    for base in {id(talk.base): talk.base for talk in talks}.values():
        own = [(talk, exchange) for talk, exchange in said if talk.base is base]
        verdicts = judged(base, [exchange for _, exchange in own])
        for (talk, exchange), verdict in zip(own, verdicts, strict=True):
            talk.is_lost = verdict is None
            if verdict is not None:
                talk.take(exchange, verdict)


def prompt_key(prompt: Sequence[Message]) -> tuple[tuple[str, str], ...]:
    """A prompt as a key of :func:`cases_by_prompt`."""
    return tuple((message["role"], message["content"]) for message in prompt)


def cases_by_prompt(rows: Iterable[Mapping[str, Any]]) -> dict[Any, tuple[str, str, str]]:
    """The names of the case of each prompt: environment, scenario, user.

    Raises :class:`ArgumentError` for equal prompts of different cases.
    """
    found: dict[Any, tuple[str, str, str]] = {}
    for row in rows:
        case = row["env"], row["scenario"], row["user"]
        held = found.setdefault(prompt_key(row["prompt"]), case)
        if held != case:
            raise ArgumentError(
                f"rows of {held} and {case} have the same prompt, and TRL tells a rollout "
                "nothing else: make them of an environment with user_visibility='full'"
            )
    return found
