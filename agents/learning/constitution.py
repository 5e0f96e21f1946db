"""Constitutional AI: a model criticises and revises its own replies by principles.

Bai et al. 2022 (arXiv 2212.08073), first stage: to each reply a principle is drawn, the model says
how the reply falls short of it, then writes it anew; so several times. The last revisions are what
supervised fine-tuning learns from. The second stage is comparisons by a principle
(:class:`.ai_feedback.ModelAnnotator` with ``principles``), a reward model and reinforcement
learning. What a user wants is a further principle, :func:`.ai_feedback.of_user`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from persona_env.agent import Agent, Cut, Failed, Reply, answered
from persona_env.arguments import whole_number
from persona_env.messages import Message
from persona_env.preferences.comparison import Candidates

from .ai_feedback import Principle, about, of_user

CRITIQUE = """Here is what a user said, and a reply of an assistant.

{user}The user said: {prompt}

The reply: {reply}

A principle: {principle}
In one or two sentences: where does the reply fall short of this principle?"""
REVISION = """Here is what a user said, and a reply of an assistant.

{user}The user said: {prompt}

The reply: {reply}

What is wrong with it: {critique}
Write the reply anew so that it follows this principle: {principle}
Write the new reply alone."""


class Revision(NamedTuple):
    """A step: the principle, the critique, and the reply after it."""

    principle: str
    critique: str
    reply: str


class Revised(NamedTuple):
    """What became of a reply: the messages before it, the reply itself and its revisions, none of
    which is empty or unfinished."""

    messages: tuple[Message, ...]
    reply: str
    steps: tuple[Revision, ...]

    @property
    def row(self) -> dict[str, list[Message]]:
        """For TRL's SFT trainer: ``prompt`` and the last revision as ``completion``."""
        last = self.steps[-1].reply if self.steps else self.reply
        return {
            "prompt": list(self.messages),
            "completion": [{"role": "assistant", "content": last}],
        }


def revise(
    agent: Agent, candidates: Sequence[Candidates], principles: Sequence[Principle], *,
    steps: int = 1, seed: int = 0,
) -> list[Revised]:  # fmt: skip
    """The first reply of each of the candidates, revised ``steps`` times by drawn principles.

    The user's own preferences are among the principles. What the agent failed to answer, an empty
    revision and one that did not end within the tokens that it may have keep the reply before them
    and are no step.
    """
    steps, seed = whole_number("steps", steps, least=1), whole_number("seed", seed, least=0)
    rng = np.random.default_rng(seed)
    before = [one.messages or ({"role": "user", "content": one.prompt},) for one in candidates]
    replies = [one.replies[0] for one in candidates]
    history: list[list[Revision]] = [[] for _ in candidates]
    choices = [(*principles, *of_user(messages)) for messages in before]
    for _ in range(steps):
        drawn = [known[int(rng.integers(len(known)))].text for known in choices]
        asked = [
            {"user": about(c), "prompt": c.prompt, "reply": reply, "principle": principle}
            for c, reply, principle in zip(candidates, replies, drawn, strict=True)
        ]
        critiques = _said(agent, [CRITIQUE.format(**one) for one in asked])
        places = [place for place, said in enumerate(critiques) if not isinstance(said, Failed)]
        revised = _said(
            agent,
            [REVISION.format(**asked[place], critique=critiques[place]) for place in places],
        )
        for place, new in zip(places, revised, strict=True):
            if not isinstance(new, Failed | Cut) and new.strip():
                replies[place] = new.strip()
                step = Revision(drawn[place], str(critiques[place]), replies[place])
                history[place].append(step)
    made = zip(before, candidates, history, strict=True)
    return [Revised(messages, one.replies[0], tuple(done)) for messages, one, done in made]


def _said(agent: Agent, questions: Sequence[str]) -> list[Reply]:
    asked = [{"messages": [{"role": "user", "content": text}]} for text in questions]
    return [reply for _, reply in sorted(answered(agent, asked))]
