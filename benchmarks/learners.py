"""Each learner that is made of rounds, from a clean start: what it reaches, and what it costs.

    python benchmarks/learners.py --output runs/learners --page
    python benchmarks/learners.py --only "ai-feedback;constitution"

The bundled policy answers three users of ``PersonaChat-v0``. Who gives AI feedback is a reward
model that has learnt from 1,000 simulated comparisons, and who criticises for the constitution
knows the reference replies: neither the policy nor anything else of its size can be asked in words.
A run that is there already is only read, and one that was stopped goes on. Prints Markdown: the
share of replies that people prefer to those of the initial policy, rewards and words before and
after, on held-out scenarios, with one standard error; and CPU minutes. ``--page`` writes it into
``docs/rounds.md`` as well.
"""

from __future__ import annotations

import argparse
import json
import time
from functools import cache
from pathlib import Path
from typing import Any

import gymnasium as gym
from _pages import DOCS, put

import persona_env  # noqa: F401 - registers the environments
from persona_env.adapters.named_envs import text_env
from persona_env.agents.language_model import load_agent
from persona_env.agents.learning.collect import sample_candidates
from persona_env.agents.learning.reward_job import RewardJob, run_reward_job
from persona_env.agents.training.options import TrainOptions
from persona_env.agents.training.train import train
from persona_env.evaluation.evaluate import draw_cases
from persona_env.preferences import SimulatedAnnotator

START = "persona-tiny"
JUDGE_PAIRS = 1000
COST = "cpu_seconds.txt"
COLUMNS = (
    "method", "preferred to the start", "reward", "words", "refuses", "evades", "CPU minutes",
)  # fmt: skip
OPTIONS: dict[str, Any] = {"register": "tiny", "split": "train", "profile_text": "short"}


def methods(judge: Path) -> dict[str, dict[str, Any]]:
    """The options of each run, by its name."""
    feedback = f"reward_model:{judge}"
    return {
        "ppo, 2 rounds": {"method": "ppo", "rounds": 2},
        "grpo, 2 rounds": {"method": "grpo", "rounds": 2},
        "rloo, 2 rounds": {"method": "rloo", "rounds": 2},
        "best-of-n, 2 rounds": {"method": "best-of-n", "rounds": 2, "best_of": 8},
        "dpo, 2 rounds": {"method": "dpo", "rounds": 2},
        "kto, 2 rounds": {"method": "kto", "rounds": 2},
        "ai-feedback": {"method": "ai-feedback", "annotator": feedback},
        "constitution": {
            "method": "constitution", "annotator": feedback, "critic": "learners:critic",
        },
        "self-rewarding": {"method": "self-rewarding", "rounds": 2},
        "self-rewarding, held": {"method": "self-rewarding", "rounds": 2, "length_penalty": 1.0},
        "two-rewards": {"method": "two-rewards"},
    }  # fmt: skip


@cache
def _answers() -> dict[tuple[str, str], str]:
    """The reference reply by what is shown of the user and what they ask."""
    env = text_env(gym.make("PersonaChat-v0", **OPTIONS))
    cases = draw_cases(env, None, 0)
    seen = [(case, env.handed(*case)) for case in cases]
    return {(one["user"], one["prompt"]): env.oracle(*case) for case, one in seen}


def critic(observations: Any) -> list[str]:
    """Criticises and revises as one who knows the reference reply to each user."""
    return [_answer(one["messages"][-1]["content"]) for one in observations]


def _answer(text: str) -> str:
    user = text.partition("About the user: ")[2].partition("\n\n")[0]
    prompt = text.partition("The user said: ")[2].partition("\n\nThe reply: ")[0]
    if "fall short" in text:
        return "It is not what this user asked for."
    return _answers().get((user, prompt), "")


def make_judge(folder: Path, users: list[str], seed: int) -> None:
    """A reward model that has learnt from simulated comparisons: who gives AI feedback."""
    env = text_env(gym.make("PersonaChat-v0", profiles=users, **OPTIONS))
    agent = load_agent(START, temperature=1.0, seed=seed + 1)
    asked = sample_candidates(agent, env, JUDGE_PAIRS, seed=seed + 1, policy=START)
    said = SimulatedAnnotator(env, tie_width=0.02).annotate(asked, seed + 1)
    job = RewardJob(folder, START, lr=1e-3, seed=seed)
    figures = run_reward_job(job, [one for one in said if one is not None])
    held = figures["held_out"]["accuracy"]
    print(f"who gives AI feedback: accuracy {held['mean']:.3f} ± {held['se']:.3f}", flush=True)


def row(name: str, folder: Path) -> str:
    """A row of the table."""
    last = json.loads((folder / "rounds.json").read_text("utf-8"))[-1]
    before, after = (
        json.loads((folder / f"{when}.json").read_text("utf-8")) for when in ("before", "after")
    )
    both = [f"{r['reward']['mean']:.3f} ± {r['reward']['se']:.3f}" for r in (before, after)]
    words = [f"{r['words']['mean']:.1f}" for r in (before, after)]
    won = last["preferred to the initial policy"]
    minutes = float((folder / COST).read_text("utf-8")) / 60
    cells = [name, f"{won['mean']:.2f} ± {won['se']:.2f}", " → ".join(both), " → ".join(words),
             f"{last['refuses']['mean']:.2f}", f"{last['evades']['mean']:.2f}",
             f"{minutes:.1f}"]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """The command line."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--output", type=Path, default=Path("runs/learners"))
    given.add_argument("--users", default="sam,nora,leo")
    given.add_argument("--pairs", type=int, default=300)
    given.add_argument("--steps", type=int, default=32_768)
    given.add_argument("--episodes", type=int, default=30)
    given.add_argument("--only", help="names of runs, separated by semicolons")
    given.add_argument("--seed", type=int, default=0)
    given.add_argument("--page", action="store_true", help="write the table into the page")
    asked = given.parse_args()
    users, judge = asked.users.split(","), asked.output / "judge"
    found = methods(judge)
    names = asked.only.split(";") if asked.only else [*found]
    if not judge.is_dir() and any("annotator" in found[name] for name in names):
        make_judge(judge, users, asked.seed)
    shared = {"profiles": tuple(users), "steps": asked.steps, "pairs": asked.pairs, "quiet": True,
              "seed": asked.seed, "policy": START, "judge_episodes": asked.episodes, "threads": 1,
              "tracker": ("none",), "register": "tiny"}  # fmt: skip
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
    print("\n".join(lines))
    for name in names:
        folder = asked.output / name.replace(", ", "-").replace(" ", "-")
        if not (folder / "run.json").exists():
            begun = time.process_time()
            resume = (folder / "begun.json").exists()
            train(TrainOptions(output=folder, resume=resume, **shared, **found[name]))
            (folder / COST).write_text(f"{time.process_time() - begun:.1f}\n", "utf-8")
        lines.append(row(name, folder))
        print(lines[-1], flush=True)
    if asked.page:
        put(DOCS / "rounds.md", "learners", "\n".join(lines))


if __name__ == "__main__":
    main()
