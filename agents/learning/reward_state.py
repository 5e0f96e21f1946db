"""How far the training of a reward model is, in a file from which it can go on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from persona_env.errors import PersonaEnvError

from ..training.checkpoint import load_modules, read_facts, save_modules
from .reward_model import RewardModel

PARTS = 10
"""How often the state of a training is kept."""


@dataclass(frozen=True)
class RewardState:
    """The state of a training, at every tenth of its steps.

    ``made_of`` is what a training that goes on must share with its beginning, as JSON holds it.
    """

    path: Path
    made_of: dict[str, Any]
    resume: bool = False

    def check(self) -> None:
        """Raise :class:`PersonaEnvError` where there is nothing to resume, where what is there
        would be lost, and where it is the state of another training; changes nothing."""
        there = self.path.is_file()
        if self.resume and not there:
            raise PersonaEnvError(
                f"nothing to resume: {self.path} does not exist; leave out --resume"
            )
        if there and not self.resume:
            raise PersonaEnvError(
                f"{self.path.parent} holds a training that was stopped: give --resume, or another "
                "--output"
            )
        begun = read_facts(self.path)["made_of"] if there else self.made_of
        other = [name for name, value in begun.items() if self.made_of.get(name) != value]
        if "comparisons" in other:
            raise PersonaEnvError(
                f"{self.path.parent} was begun with other comparisons: give the same files, or "
                "another --output"
            )
        if other:
            begun_with = ", ".join(f"{name}={begun[name]!r}" for name in other)
            raise PersonaEnvError(
                f"{self.path.parent} was begun with {begun_with}: give the same, or another "
                "--output"
            )

    def load(
        self, model: RewardModel, optimizer: torch.optim.Optimizer, drawn: torch.Generator
    ) -> int:
        """Put what was kept into these, if it is to go on; returns the steps that are done."""
        if not self.resume:
            return 0
        facts = load_modules(self.path, model, [optimizer])
        drawn.set_state(torch.tensor(facts["drawn"], dtype=torch.uint8))
        return int(facts["done"])

    def keep(
        self, done: int, steps: int, model: RewardModel, optimizer: torch.optim.Optimizer,
        drawn: torch.Generator,
    ) -> None:  # fmt: skip
        """Write the state, whole, if another tenth of the steps is done."""
        if done * PARTS // steps == (done - 1) * PARTS // steps:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        facts = {"made_of": self.made_of, "done": done, "drawn": drawn.get_state().tolist()}
        save_modules(self.path, model, [optimizer], facts)
