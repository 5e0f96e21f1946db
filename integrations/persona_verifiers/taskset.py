"""The tasks: who asks what, and what a reply earns."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import verifiers.v1 as vf
from pydantic import AliasChoices, Field

from persona_env.adapters.made import Made
from persona_env.adapters.played import Played
from persona_env.adapters.verifiers import metrics, reasons, task_rows


class PersonaData(vf.TaskData):
    """Who asks what, in which environment: all that a score needs beside the replies."""

    scenario: str
    user: str
    made: Made
    seed: int


class PersonaTask(vf.Task[PersonaData]):
    """One case; its reward needs the replies of the trace alone, so ``vf-replay`` scores it too."""

    def talk(self) -> Played:
        """The conversation with this user, from its beginning."""
        data = self.data
        return Played(data.made, data.scenario, data.user, data.seed)

    @vf.reward(weight=1.0)
    async def persona(self, trace: vf.Trace) -> float:
        """The reward; the scores of terms are metrics, and the reasons lie in ``info``.

        A reply that a judge could not read raises, which marks the trace as failed.
        """
        talk, replies = self.talk(), replies_of(trace)
        reward = await asyncio.to_thread(talk.replay, replies)
        trace.record_metrics(metrics(talk) | {"turns": float(len(replies))})
        trace.info["reasons"] = reasons(talk, replies[-1])
        return reward


def replies_of(trace: vf.Trace) -> list[str]:
    """What the model said last before each turn of the user, and at the end."""
    replies: list[str] = []
    answered = False
    for node in trace.branches[-1].nodes if trace.branches else ():
        if node.sampled:
            said = (node.message.content or "").strip()
            replies = [*replies[:-1], said] if answered else [*replies, said]
        answered = node.sampled or (answered and node.message.role != "user")
    if not replies:
        raise vf.TaskError("the model gave no reply, so there is nothing to score")
    return replies


class PersonaConfig(vf.TasksetConfig):
    """What is asked, by whom, and how it is judged."""

    env: str = Made().env
    """An environment of persona_env, or of another package: ``module:TheirEnv-v0``."""
    split: str = "train"
    """Of scenarios, and of users if these are not named: ``train``, ``heldout`` or ``all``."""
    users: list[str] = Field(default_factory=list)
    """Bundled users by name, or paths of profiles."""
    episodes: int | None = 50
    """How many cases; ``None``: all that are written."""
    seed: int = 0
    """Of the drawing, and of what users say."""
    replies: str = Field("natural", validation_alias=AliasChoices("register", "replies"))
    """The register: ``natural`` or ``tiny``. (``register`` is a method of pydantic's models.)"""
    reader: str | None = None
    """Who reads natural replies: ``heads`` (default), ``rules``, ..."""
    judge: str | None = None
    """``MODEL@URL``: an endpoint that reads what exact rules do not."""
    max_turns: int = 1
    """How many replies a conversation may have."""

    def made(self) -> Made:
        """The environment's part of it."""
        names = (self.env, self.split, tuple(self.users), self.replies, self.reader, self.judge)
        return Made(*names, self.max_turns)


class PersonaTaskset(vf.Taskset[PersonaTask, PersonaConfig]):
    """The cases of an environment, evenly over its users."""

    def load(self) -> Iterator[PersonaTask]:
        """A task for each case."""
        made, config = self.config.made(), self.config
        for row in task_rows(made, config.episodes, config.seed):
            yield PersonaTask(PersonaData(**row, made=made, seed=config.seed), config.task)
