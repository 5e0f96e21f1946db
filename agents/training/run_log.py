"""The record of a training run: a line of its curve a rollout, a progress bar, its state."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import Progress
from stable_baselines3.common.callbacks import BaseCallback

from .checkpoint import save_modules

CURVE = ("step", "seconds", "reward", "reward_sd", "kl", "entropy", "length", "cut", "unlikely")


class RunLog(BaseCallback):
    """Writes a line of the curve a rollout, moves the progress bar, saves the state."""

    def __init__(self, folder: Path, progress: Progress, total: int, seconds: float) -> None:
        super().__init__()
        self.folder, self.progress, self.spent = folder, progress, seconds
        self.task = progress.add_task("training", total=total, shown="")
        self.new: list[tuple[float, int, bool]] = []
        self.began = time.monotonic()
        self.lengths: np.ndarray[Any, Any] | None = None

    def seconds(self) -> float:
        """How long the run has trained, earlier parts of a resumed run included."""
        return self.spent + time.monotonic() - self.began

    def _on_step(self) -> bool:
        infos, rewards = self.locals["infos"], self.locals["rewards"]
        if self.lengths is None:
            self.lengths = np.zeros(len(infos), dtype=np.int64)
        self.lengths += 1
        for i in np.flatnonzero(self.locals["dones"]):
            self.new.append((float(rewards[i]), int(self.lengths[i]), bool(infos[i].get("cut"))))
            self.lengths[i] = 0
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
        }
        for name in ("reward", "kl", "length", "cut", "unlikely"):
            self.model.logger.record(f"persona/{name}", row[name])
        _append(self.folder / "curve.csv", row)
        shown = "  ".join(
            f"{name} {row[name]:.3g}" for name in ("reward", "kl", "entropy", "length")
        )
        self.progress.update(self.task, completed=self.num_timesteps, shown=shown)
        self._save()

    def _save(self) -> None:
        facts = {"steps": self.num_timesteps, "seconds": self.seconds()}
        policy: Any = self.model.policy
        save_modules(self.folder / "state.safetensors", policy, [policy.optimizer], facts)


def _append(path: Path, row: dict[str, Any]) -> None:
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, CURVE)
        if new:
            writer.writeheader()
        writer.writerow({k: f"{v:.4f}" if isinstance(v, float) else v for k, v in row.items()})
