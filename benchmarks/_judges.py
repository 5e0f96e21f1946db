"""Who judges in the rows of AI feedback of ``methods.py``: the heads, in place of a language model.

They are the reader that the library has for replies in any words, and were not trained on what
persona-tiny writes; the gold reward reads that by its fixed phrases. So ``_judges:Heads`` is a
judge who errs, as an AI does. Neither persona-tiny nor anything of its size can be asked in words.
"""

from __future__ import annotations

from collections.abc import Sequence

import gymnasium as gym

from persona_env.adapters.named_envs import text_env
from persona_env.env import PersonaEnv
from persona_env.preferences import SimulatedAnnotator
from persona_env.preferences.comparison import Candidates, Comparison

TIES = 0.02
"""Rewards that are closer are the same, in units of reward."""


class Heads:
    """Prefers the reply with the higher reward of the user, as the heads read both."""

    name = "heads"

    def __init__(self, env: PersonaEnv) -> None:
        users = [user.id for user in env.users]
        read = text_env(gym.make(
            "PersonaChat-v0", profiles=users, register="natural", split="all",
            profile_text="short",
        ))  # fmt: skip
        self.inner = SimulatedAnnotator(read, temperature=0.0, tie_width=TIES, name=self.name)

    def annotate(self, candidates: Sequence[Candidates], seed: int = 0) -> list[Comparison | None]:
        """What it says of each."""
        return self.inner.annotate(candidates, seed)
