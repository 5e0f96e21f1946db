"""How far a training through TRL is: its progress, its record, its checkpoints, its end."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Mapping, Sequence
from typing import Any

from stable_baselines3.common.logger import Logger
from transformers import TrainerCallback

from persona_env.reporting.progress import Stage

from .lesson import Sampled

PARTS = 10
"""Checkpoints of a whole training, about."""
COLUMNS = {
    "step": "tokens", "seconds": "seconds", "reward": "reward", "reward_sd": "reward_std",
    "kl": "kl", "entropy": "entropy", "length": "completions/mean_length",
    "cut": "completions/clipped_ratio", "groups_without_signal": "frac_reward_zero_std",
}  # fmt: skip
"""The columns of a curve, and how TRL calls them."""


class Telling(TrainerCallback):  # type: ignore[misc] # nothing is known of its type
    """Counts tokens of replies, tells ``stage`` and ``logger``, and ends at ``steps`` tokens.

    ``a_step`` is how many a step learns from; ``None``: what ``sampled`` counts. The counts stand
    in TRL's own history, and so in its checkpoints.
    """

    def __init__(
        self, stage: Stage, logger: Logger, steps: int, a_step: float | None, sampled: Sampled
    ) -> None:
        self.stage, self.logger, self.steps = stage, logger, steps
        self.a_step, self.sampled = a_step, sampled
        self.before = 0.0  # seconds of earlier parts of a resumed run
        self.began, self.saved = time.monotonic(), 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """A resumed run goes on from the counts of its checkpoint."""
        if state.log_history and self.a_step is None:
            self.sampled.tokens = int(state.log_history[-1]["tokens"])
        if state.log_history:
            self.before = float(state.log_history[-1]["seconds"])
        self.began, self.saved = time.monotonic(), self._tokens(state)

    def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Save a checkpoint at every tenth of the tokens, and stop when there are enough."""
        done = self._tokens(state)
        if self.a_step is None and done >= self.steps:
            control.should_training_stop = True
        last = control.should_training_stop or state.global_step >= state.max_steps
        if last or done - self.saved >= self.steps / PARTS:
            control.should_save, self.saved = True, done

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **given: Any) -> None:
        """Note the counts beside TRL's figures."""
        line = state.log_history[-1]
        line["tokens"], line["seconds"] = int(self._tokens(state)), round(self.seconds(), 1)
        for name, value in line.items():
            if isinstance(value, int | float):
                self.logger.record(f"train/{name}", value)
        self.logger.dump(line["tokens"])
        shown = "reward" if "reward" in line else "loss"
        if shown in line:
            self.stage.move(line["tokens"], f"{shown} {line[shown]:.2f}")

    def is_over(self, state: Any, max_steps: int) -> bool:
        """Whether the training of a checkpoint's state has come to its end."""
        if self.a_step is not None:
            return bool(state.global_step >= max_steps)
        return bool(state.log_history and state.log_history[-1]["tokens"] >= self.steps)

    def seconds(self) -> float:
        """How long the run has trained, earlier parts of a resumed run included."""
        return self.before + time.monotonic() - self.began

    def _tokens(self, state: Any) -> float:
        return self.sampled.tokens if self.a_step is None else state.global_step * self.a_step


def curve_of(history: Sequence[Mapping[str, Any]]) -> str:
    """The learning curve of a method that samples, as CSV; empty of one that does not."""
    rows = [line for line in history if "reward" in line]
    if not rows:
        return ""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([line.get(name, "") for name in COLUMNS.values()] for line in rows)
    return text.getvalue()
