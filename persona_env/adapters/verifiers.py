"""verifiers: what its tasks, scores and conversations are made of; see ``docs/verifiers.md``.

The classes that verifiers asks for are in the package ``integrations/persona_verifiers``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from persona_env.adapters.figures import batch_means
from persona_env.adapters.named_envs import reading_options, text_env
from persona_env.adapters.rows import make_rows
from persona_env.adapters.sessions import Sessions
from persona_env.evaluation.conversation import case_seed
from persona_env.messages import described
from persona_env.scenarios.case import Case


class Made(NamedTuple):
    """What an environment is made with; see :class:`~persona_env.env.PersonaEnv`."""

    env: str = "PersonaChat-v0"
    split: str = "train"
    users: tuple[str, ...] = ()
    register: str = "natural"
    reader: str | None = None
    judge: str | None = None
    max_turns: int = 1


@lru_cache(maxsize=8)
def sessions(made: Made) -> Sessions:
    """The sessions of this environment: the same ones for all tasks.

    Raises :class:`PersonaEnvError` for what cannot be made.
    """
    options: dict[str, Any] = reading_options(made.reader, made.judge)
    options |= {"profiles": list(made.users)} if made.users else {"split": made.split}
    shared = {"register": made.register, "max_turns": made.max_turns}
    return Sessions(text_env(made.env, **options, **shared))


def task_rows(made: Made, episodes: int | None, seed: int) -> Iterator[dict[str, Any]]:
    """The fields of each task: who is asked what, and what the model sees of it."""
    for row in make_rows(sessions(made).env, "prompts", episodes, seed):
        shown, asked = described(row["prompt"])
        yield {
            "name": f"{row['user']}/{row['scenario']}",
            "system_prompt": shown or None,
            "prompt": asked[0]["content"] if len(asked) == 1 else asked,
            **{name: row[name] for name in ("scenario", "user")},
        }


class Talk:
    """A conversation with one case, drawn from ``seed`` and its ids: same replies, same answers.

    ``reward`` is what the replies earned so far, in all.

    Raises :class:`PersonaEnvError` for a user or scenario that is not there.
    """

    def __init__(self, made: Made, scenario: str, user: str, seed: int) -> None:
        self.session = sessions(made).open()
        self.reward = 0.0
        self.session.reset(options={"scenario": scenario, "user": user})
        env = self.session.env
        env.np_random = np.random.default_rng(case_seed(Case(env.scenario, env.user), seed))

    def say(self, reply: str) -> str | None:
        """What the user says to this reply; ``None`` once the conversation is over."""
        _, reward, over, _, info = self.session.step(reply)
        self.reward += reward
        return None if over else info["messages"][-1]["content"]

    def replay(self, replies: Sequence[str]) -> float:
        """The reward of all these replies."""
        for reply in replies:
            self.say(reply)
        return self.reward

    def metrics(self) -> dict[str, float]:
        """Of the last reply: ``reward/TERM``, ``gate/GATE``, ``unread/NAME`` and ``coverage``."""
        found = batch_means(self.session.env.terms, [self.session.verdict])
        return {name: value for name, value in found.items() if name != "invalid"}

    def reasons(self, reply: str) -> dict[str, list[dict[str, str]]]:
        """Of the last reply, by term: what was found, by which words, and what is wanted."""
        verdict = self.session.verdict
        return {
            name: [
                {"note": r.note, "wanted": r.wanted, "text": reply[r.start : r.end]} for r in each
            ]
            for name, each in (verdict.reasons if verdict else {}).items()
        }
