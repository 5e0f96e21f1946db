"""The record of a training run: a line of its curve a rollout, its progress, its state."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from stable_baselines3.common.callbacks import BaseCallback

from persona_env.errors import PersonaEnvError
from persona_env.metrics import share_without_signal
from persona_env.outputs import write_text
from persona_env.reporting.progress import Stage

from ..ppo.per_user import EARNED
from ..ppo.ppo import LanguageModelPPO, groups_of
from ..ppo.saved import SETTINGS, settings_of
from .checkpoint import save_modules
from .run_folder import CURVE, STATE

COLUMNS = (
    "step", "seconds", "reward", "reward_sd", "kl", "entropy", "length", "cut", "unlikely",
    "groups_without_signal",
)  # fmt: skip


class Groups:
    """Groups of replies to one prompt: the k-th episodes of rows that belong together.

    Rows are not abreast: a group counts in the rollout in which the last of its replies ends.
    """

    def __init__(self, rows: int, together: int) -> None:
        self.together = together
        self.ended = [0] * rows
        self.open: dict[tuple[int, int], list[float]] = {}
        self.whole: list[list[float]] = []

    def add(self, row: int, reward: float) -> None:
        """An episode of a row ended."""
        name = (row // self.together, self.ended[row])
        self.ended[row] += 1
        group = self.open.setdefault(name, [])
        group.append(reward)
        if len(group) == self.together:
            self.whole.append(self.open.pop(name))

    def share(self) -> float:
        """The share without a signal of those that are whole since this was asked last."""
        whole, self.whole = self.whole, []
        names = [number for number, group in enumerate(whole) for _ in group]
        return share_without_signal([one for group in whole for one in group], names)


class RunLog(BaseCallback):
    """After each update writes a line of the curve and the state, and tells how far it is.

    Parameters
    ----------
    folder:
        Of the run.
    stage:
        Is told the steps, at the end of an update as those that tell the pace.
    facts:
        What the state has to tell beside its own ``steps`` and ``seconds``; of a resumed run what
        its state told.
    """

    def __init__(self, folder: Path, stage: Stage, facts: dict[str, Any]) -> None:
        super().__init__()
        self.folder, self.stage, self.facts = folder, stage, facts
        self.spent = float(facts.get("seconds", 0.0))
        done = int(facts.get("steps", 0))
        self.rows = read_curve(folder / CURVE, done)
        self.saved = len(self.rows)  # how many of them are on the disk
        self.new: list[tuple[float, int, bool]] = []
        self.began = time.monotonic()
        self.lengths: np.ndarray[Any, Any] | None = None
        self.groups: Groups | None = None

    def seconds(self) -> float:
        """How long the run has trained, earlier parts of a resumed run included."""
        return self.spent + time.monotonic() - self.began

    def _on_step(self) -> bool:
        infos, rewards = self.locals["infos"], self.locals["rewards"]
        if self.lengths is None or self.groups is None:
            self.lengths = np.zeros(len(infos), dtype=np.int64)
            self.groups = Groups(len(infos), groups_of(self.training_env))
        self.lengths += 1
        for i in np.flatnonzero(self.locals["dones"]):
            earned = float(infos[i].get(EARNED, rewards[i]))
            self.new.append((earned, int(self.lengths[i]), bool(infos[i].get("cut"))))
            self.groups.add(int(i), earned)
            self.lengths[i] = 0
        self.stage.move(self.num_timesteps)
        return True

    def _on_rollout_end(self) -> None:
        ended = np.array(self.new, dtype=float) if self.new else np.full((1, 3), np.nan)
        rewards, lengths, cuts = ended.T
        self.new = []
        entropy = -self.model.logger.name_to_value.get("train/entropy_loss", np.nan)
        row = {
            "step": self.num_timesteps,
            "seconds": round(self.seconds(), 1),
            "reward": rewards.mean(),
            "reward_sd": rewards.std(),
            "kl": getattr(self.locals["rollout_buffer"], "kl", 0.0),
            "entropy": entropy,
            "length": lengths.mean(),
            "cut": cuts.mean(),
            "unlikely": getattr(self.locals["rollout_buffer"], "unlikely", 0.0),
            "groups_without_signal": self.groups.share() if self.groups else np.nan,
        }
        for name in ("reward", "kl", "length", "cut", "unlikely"):
            self.model.logger.record(f"persona/{name}", row[name])
        flat, shown = row["groups_without_signal"], f"reward {row['reward']:.2f}"
        if not np.isnan(flat):
            self.model.logger.record("rollout/groups_without_signal", flat)
            shown += f", {flat:.0%} of groups without a signal"
        self.rows.append({k: f"{v:.4f}" if isinstance(v, float) else v for k, v in row.items()})
        self.stage.move(self.num_timesteps, shown)

    def _on_rollout_start(self) -> None:
        self._learnt()  # the rollout before this one

    def _on_training_end(self) -> None:
        self._learnt()

    def _learnt(self) -> None:
        self._save()
        self.stage.mark(self.num_timesteps)

    def _save(self) -> None:
        """First the curve: one that is a line ahead of the state is cut by :func:`read_curve`."""
        if not self.rows or self.saved == len(self.rows):
            return
        write_text(self.folder / CURVE, _csv(self.rows))
        facts = {**self.facts, "steps": self.num_timesteps, "seconds": self.seconds()}
        if isinstance(self.model, LanguageModelPPO):
            facts[SETTINGS] = settings_of(self.model)
        policy: Any = self.model.policy
        save_modules(self.folder / STATE, policy, [policy.optimizer], facts)
        self.saved = len(self.rows)


def read_curve(path: Path, steps: int) -> list[dict[str, Any]]:
    """The lines of a curve up to a step; none at step 0, and where there is no curve."""
    if not steps or not path.exists():
        return []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [row for row in csv.DictReader(file) if int(row["step"]) <= steps]
    except (ValueError, KeyError, TypeError) as error:
        raise PersonaEnvError(f"{path} is not the curve of a run: {error}") from error


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
