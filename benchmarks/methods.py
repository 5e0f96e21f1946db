"""One table of methods: the same policy, users and comparisons, about as many sampled tokens.

``python benchmarks/methods.py --output runs/methods`` samples pairs of replies of the initial
policy, lets simulated users compare them, learns a reward model from that, trains by each method,
and prints a table. A run that is there already is only read; one that was
stopped goes on. The environment's own reward judges greedy replies on held-out scenarios.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import gymnasium as gym

import persona_env  # noqa: F401 - registers the environments
from persona_env.adapters.named_envs import text_env
from persona_env.agents.language_model import load_agent
from persona_env.agents.learning.collect import sample_candidates
from persona_env.agents.learning.reward_model import RewardModel
from persona_env.agents.learning.reward_training import (
    RewardTraining,
    fit_reward_model,
    judge_reward_model,
)
from persona_env.agents.training.options import TrainOptions
from persona_env.agents.training.train import train
from persona_env.preferences import SimulatedAnnotator
from persona_env.preferences.formats import read_comparisons, write_comparisons

START = "persona-tiny"
CHOICE = 0.1  # the temperature of the users who compare, in units of reward
COST = "cpu_seconds.txt"  # of a run, in its folder
BARS = {"ppo-learnt": 0.6, "dpo": 0.4, "kto": 0.4}
"""The share of what PPO on the rule gains that a method has to gain, at least."""


def methods(folder: Path) -> dict[str, dict[str, Any]]:
    """The options of each run, by its name."""
    said = {"data": folder / "comparisons.jsonl"}
    learnt = {"reward": f"reward_model:{folder / 'reward'}"}
    return {
        "sft": {"method": "sft", **said},
        "best-of-16": {"method": "best-of-n"},
        "ppo": {"method": "ppo"},
        "ppo-learnt": {"method": "ppo", **learnt},
        "dpo": {"method": "dpo", **said},
        "ipo": {"method": "ipo", **said},
        "kto": {"method": "kto", **said},
        "grpo": {"method": "grpo"},
    }


def collect(folder: Path, users: list[str], count: int, seed: int) -> None:
    """Comparisons by simulated users, and what a reward model learns from them."""
    if not (folder / "comparisons.jsonl").exists():
        env = text_env(gym.make("PersonaChat-v0", profiles=users, register="tiny",
                                split="train", profile_text="short"))  # fmt: skip
        agent = load_agent(START, temperature=0.7, seed=seed)
        asked = sample_candidates(agent, env, count, seed=seed, policy=START)
        said = SimulatedAnnotator(env, temperature=CHOICE, tie_width=0.02).annotate(asked, seed)
        write_comparisons(folder / "comparisons.jsonl", [one for one in said if one is not None])
    if not (folder / "reward").exists():
        found = read_comparisons(folder / "comparisons.jsonl")
        cut = len(found) // 10
        model = RewardModel.fresh(START, sees="prompt", seed=seed)
        fit_reward_model(model, found[cut:], RewardTraining(seed=seed))
        figures = judge_reward_model(model, found[:cut])
        print(f"reward model: accuracy {figures.accuracy} on {cut} held-out comparisons")
        model.save(folder / "reward")


def timed(folder: Path, work: Any) -> None:
    """Do some work and note in its folder the CPU seconds that it took."""
    began = time.process_time()
    work()
    (folder / COST).write_text(f"{time.process_time() - began:.1f}\n", "utf-8")


def seconds_of(folder: Path) -> float | None:
    """What :func:`timed` noted."""
    path = folder / COST
    return float(path.read_text("utf-8")) if path.exists() else None


def line(name: str, path: Path, seconds: float | None, start: float, rule: float) -> str:
    """A row of the table; ``rule`` is the reward of PPO on the rule."""
    report = json.loads(path.read_text("utf-8"))
    reward, worst = report["reward"]["mean"], report["per_user"][report["worst_user"]]["mean"]
    share = (reward - start) / (rule - start) if name != "start" else 0.0
    took = "-" if seconds is None else f"{seconds / 60:.1f}"
    cells = [name, f"{reward:.3f} ± {report['reward']['se']:.3f}", f"{report['gain']['mean']:.2f}",
             f"{report['worst_user']} {worst:.3f}", f"{report['words']['mean']:.1f}",
             f"{share:.2f}", took]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def table(folder: Path, names: list[str]) -> None:
    """Print what the runs reached."""
    before = folder / names[0] / "before.json"
    start = json.loads(before.read_text("utf-8"))["reward"]["mean"]
    after = {name: folder / name / "after.json" for name in names}
    rule = json.loads(after["ppo"].read_text("utf-8"))["reward"]["mean"]
    print("\n| method | reward | gain | worst user | words | share of PPO's gain | CPU minutes |")
    print("|---|---|---|---|---|---|---|")
    print(line("start", before, None, start, rule))
    for name, path in after.items():
        print(line(name, path, seconds_of(folder / name), start, rule))
    for name, least in BARS.items():
        reward = json.loads(after[name].read_text("utf-8"))["reward"]["mean"]
        share = (reward - start) / (rule - start)
        print(f"{name}: {share:.2f} of PPO on the rule, {least} asked: {share >= least}")


def main() -> None:
    """Collect, train and print."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--output", type=Path, default=Path("runs/methods"))
    given.add_argument("--users", default="sam,nora,leo")
    given.add_argument("--pairs", type=int, default=2000)
    given.add_argument("--steps", type=int, default=131_072)
    given.add_argument("--episodes", type=int, default=120)
    given.add_argument("--only", help="methods, with commas; the table needs all")
    given.add_argument("--seed", type=int, default=0)
    asked = given.parse_args()
    users, folder = asked.users.split(","), asked.output
    if not (folder / "reward").exists():
        folder.mkdir(parents=True, exist_ok=True)
        timed(folder, lambda: collect(folder, users, asked.pairs, asked.seed))
    shared = {"profiles": tuple(users), "steps": asked.steps, "seed": asked.seed, "policy": START,
              "judge_episodes": asked.episodes, "tracker": ("none",), "quiet": True,
              "threads": 1, "register": "tiny"}  # fmt: skip
    found = methods(folder)
    if asked.only:
        found = {name: found[name] for name in asked.only.split(",")}
    for name, own in found.items():
        options = TrainOptions(output=folder / name, **shared, **own)
        if not (options.output / "run.json").exists():
            timed(options.output, lambda options=options: train(options))
        print(name, "done", flush=True)
    if all((folder / name / "run.json").exists() for name in methods(folder)):
        table(folder, [*methods(folder)])


if __name__ == "__main__":
    main()
