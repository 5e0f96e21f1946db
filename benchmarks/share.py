"""The share of environments in the time of ``persona-env train``: ``python benchmarks/share.py``.

Runs rollouts and updates as ``persona-env train`` does, and prints, as Markdown, the processor time
of each part as a share of all: stepping the environments (decoding, resets and infos included), of
which the reward; sampling; the reference policy's pass over the replies; and the update. The first
rollouts, which meet every prompt for the first time, are not counted.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from persona_env.agents.training.by_ppo import build
from persona_env.agents.training.options import TrainOptions
from persona_env.rewards import compose

WARM_UP = 2  # rollouts
PARTS = ("environments", "of these, the reward", "sampling", "reference policy", "update")


class Clock:
    """Processor time spent in methods, by name."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()

    def watch(self, owner: Any, method: str, name: str) -> None:
        """Count the time of ``owner.method`` under ``name``."""
        inner: Callable[..., Any] = getattr(owner, method)

        def timed(*args: Any, **options: Any) -> Any:
            began = time.process_time()
            try:
                return inner(*args, **options)
            finally:
                self.spent[name] += time.process_time() - began

        setattr(owner, method, timed)


def measure(rollouts: int, **options: Any) -> dict[str, list[float]]:
    """The share of each part, rollout by rollout."""
    clock, shares = Clock(), dict[str, list[float]]()
    clock.watch(compose, "judge", "of these, the reward")
    with tempfile.TemporaryDirectory() as folder:
        ppo: Any = build(TrainOptions(output=Path(folder), tracker=("none",), **options))
        clock.watch(ppo.env, "step", "environments")
        clock.watch(ppo.policy, "forward", "sampling")
        clock.watch(ppo.rollout_buffer, "compute_returns_and_advantage", "reference policy")
        clock.watch(ppo, "train", "update")
        for turn in range(WARM_UP + rollouts):
            clock.spent.clear()
            began = time.process_time()
            ppo.learn(ppo.n_steps * ppo.n_envs, reset_num_timesteps=not turn)
            total = time.process_time() - began
            if turn >= WARM_UP:
                for name, spent in clock.spent.items():
                    shares.setdefault(name, []).append(spent / total)
    return shares


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rollouts", type=int, default=8)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="one small rollout")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    small = {"envs": 4} if options.quick else {}
    found = measure(1 if options.quick else options.rollouts, **small)
    print("| part of `persona-env train` | share of time | lowest | highest |\n|---|---|---|---|")
    for name in PARTS:
        values = found[name]
        middle = statistics.median(values)
        print(f"| {name} | {middle:.1%} | {min(values):.1%} | {max(values):.1%} |")


if __name__ == "__main__":
    main()
