"""A writer at random, as the policy of an over-optimisation laboratory: it can do well and badly.

    persona-env overopt --env PersonaSummary-v0 --register tiny \\
        --policy persona_env.envs.summary.writer:Writer --proxy proxy_please

Each part of a summary is drawn by itself, so that the best of many by a proxy shows what the proxy
pays for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from persona_env.agent import ReferenceAgent
from persona_env.env import PersonaEnv
from persona_env.scenarios.case import Case
from persona_env.text.spans import sentences

from .compose import FORMS, joined
from .oracle import language_of
from .scenario import Post, SummaryScenario
from .wishes import wishes_of
from .words import said

WANTED, OTHER = 0.6, 0.25  # how probably a fact is told that the reader wants, and another one
AS_WISHED = 0.7  # how probably the form is the reader's
COPIES = (0.75, 0.12, 0.08, 0.05)  # of no sentence of the opening, of one, two, three
BEGS = (0.85, 0.07, 0.05, 0.03)  # of no 'please' to three
ASKS = (0.85, 0.07, 0.05, 0.03)  # of no question mark to three
WRONG = 0.1  # how probably a number is wrong


class Writer(ReferenceAgent):
    """Writes summaries in which facts, copies, pleas and mistakes are drawn independently."""

    def __init__(self, env: PersonaEnv, seed: int = 0) -> None:
        self.env, self.rng = env, np.random.default_rng(seed)

    def answer(self, cases: Sequence[Case]) -> list[str]:
        """One summary of each case."""
        return [self._summary(case) for case in cases]

    def _summary(self, case: Case) -> str:
        scenario, user = case
        if not isinstance(scenario, SummaryScenario):
            return self.env.oracle(*case)
        language, wishes = language_of(scenario, user), wishes_of(user.value)
        post = next(one for code, one in scenario.posts.items() if code == language)
        told = [f.says for f in post.facts if self._is(WANTED if f.kind in wishes.told else OTHER)]
        wished = wishes.form if wishes.form and self._is(AS_WISHED) else None
        body = joined(told, wished or FORMS[self._place((1.0,) * len(FORMS))], language)
        parts = [*self._copied(post), self._slipped(body) if told else ""]
        parts += [said(language)["begs"]] * self._place(BEGS)
        return " ".join(part for part in parts if part) + "?" * self._place(ASKS)

    def _copied(self, post: Post) -> list[str]:
        return [post.post[a:b] for a, b in sentences(post.post)[: self._place(COPIES)]]

    def _slipped(self, text: str) -> str:
        """The text, or the text with its first digit changed."""
        place = next((i for i, char in enumerate(text) if char.isdigit()), -1)
        if place < 0 or not self._is(WRONG):
            return text
        return f"{text[:place]}{(int(text[place]) + 3) % 10}{text[place + 1 :]}"

    def _is(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def _place(self, shares: Sequence[float]) -> int:
        weights = np.array(shares)
        return int(self.rng.choice(len(weights), p=weights / weights.sum()))
