"""One table of methods: the same policy, users and comparisons, about as many tokens of replies.

    python benchmarks/methods.py --seeds 3 --output runs/methods

For each seed: pairs of replies of the initial policy are sampled, simulated users compare them, a
reward model learns from that, and the policy is trained by each method. A run that is there is only
read, and one that was stopped is made anew. Greedy replies on all held-out scenarios are judged by
the environment's own reward.

Prints Markdown: the mean over seeds and the largest deviation from it; ``--page`` writes it into
the page as well, with its picture (``--draw``: the picture alone, of the page's table). The
distance KL is of replies at temperature 0.7; the minority user is the one whose wishes are furthest
from the others'; CPU minutes are of the training.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym
from _method_figure import draw
from _methods import SYMPTOMS, judged_env, minority_of, row_of
from _pages import DOCS, on_page, put

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
CARE = 0.1  # the temperature of the users who compare, in units of reward
COST = "cpu_seconds.txt"  # of a run, in its folder
PAIRS = 2000
LOOSE = 0.1 / 16
"""The beta of IPO that goes as far for each token as the paper's 0.1 does for a whole reply."""
HALVES = ("self-rewarding", "constitution")
"""Methods of two trainings, each of half the tokens."""
CRITIC = {"critic": "_critic:critic", "annotator": "asked:_critic:critic", "revisions": 4}
LEAST = {"ppo, learnt reward": 0.6, "dpo": 0.4, "kto": 0.4}
"""The share of what PPO on the rule gains that a method has to gain, at least."""
COLUMNS = {
    "reward": "reward", "gain": "gain", "worst": "worst user", "minority": "minority user",
    "kl": "KL, nats", "words": "words", "over_refusal": "over-refusal",
    "under_refusal": "under-refusal", **{name: name.replace("_", " ") for name in SYMPTOMS},
    "minutes": "CPU minutes",
}  # fmt: skip
TITLES = {
    "sft": "SFT on preferred replies", "best-of-16": "best-of-16, imitated",
    "ppo": "PPO on the rule", "ppo, per user": "the same with `--per-user`",
    "ppo, learnt reward": "PPO on the learnt reward", "grpo": "GRPO on the rule",
    "rloo": "RLOO on the rule", "dpo": "DPO", "ipo": "IPO",
    "ipo, beta by tokens": "IPO, beta by tokens", "kto": "KTO", "ai feedback": "AI feedback",
}  # fmt: skip
BY_USER = ("reward", "kl", "entropy")
PAGE = DOCS / "methods.md"
Row = Mapping[str, Any]


def methods(folder: Path) -> dict[str, dict[str, Any]]:
    """The options of each run, by its name."""
    said = {"data": folder / "comparisons.jsonl"}
    learnt = {"reward": f"reward_model:{folder / 'reward'}"}
    return {
        "sft": {"method": "sft", **said},
        "best-of-16": {"method": "best-of-n"},
        "ppo": {"method": "ppo"},
        "ppo, per user": {"method": "ppo", "per_user": True},
        "ppo, learnt reward": {"method": "ppo", **learnt},
        "grpo": {"method": "grpo"},
        "rloo": {"method": "rloo"},
        "dpo": {"method": "dpo", **said},
        "ipo": {"method": "ipo", **said},
        "ipo, beta by tokens": {"method": "ipo", "beta": LOOSE, **said},
        "kto": {"method": "kto", **said},
        "ai feedback": {"method": "ai-feedback", "annotator": "_judges:Heads", "pairs": PAIRS},
        "self-rewarding": {"method": "self-rewarding", **said},
        "constitution": {"method": "constitution", **CRITIC},
    }


def collect(folder: Path, users: Sequence[str], count: int, seed: int) -> None:
    """Comparisons by simulated users, and what a reward model learns from them."""
    if not (folder / "comparisons.jsonl").exists():
        env = text_env(gym.make("PersonaChat-v0", profiles=list(users), register="tiny",
                                split="train", profile_text="short"))  # fmt: skip
        agent = load_agent(START, temperature=1.0, seed=seed)
        asked = sample_candidates(agent, env, count, seed=seed, policy=START)
        said = SimulatedAnnotator(env, temperature=CARE).annotate(asked, seed)
        write_comparisons(folder / "comparisons.jsonl", [one for one in said if one is not None])
    if not (folder / "reward").exists():
        found = read_comparisons(folder / "comparisons.jsonl")
        cut = len(found) // 10
        model = RewardModel.fresh(START, sees="prompt", seed=seed)
        fit_reward_model(model, found[cut:], RewardTraining(seed=seed))
        accuracy = judge_reward_model(model, found[:cut]).accuracy
        print(f"seed {seed}: reward model right on {accuracy} of {cut} comparisons", flush=True)
        model.save(folder / "reward")


def timed(folder: Path, work: Callable[[], object]) -> None:
    """Do some work and note in its folder the CPU seconds that it took."""
    began = time.process_time()
    work()
    (folder / COST).write_text(f"{time.process_time() - began:.1f}\n", "utf-8")


def rows_of(folder: Path, asked: argparse.Namespace, seed: int) -> dict[str, Row]:
    """The figures of each run of a seed; what is missing is made."""
    users = asked.users.split(",")
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / COST).exists():
        timed(folder, lambda: collect(folder, users, asked.pairs, seed))
    env, found = judged_env(users), methods(folder)
    found |= {name: {"method": name} for name in asked.more.split(",") if name}
    rows: dict[str, Row] = {"start": row_of(asked.output / "start", START, START, env)}
    for name in asked.only.split(";") if asked.only else found:
        options = TrainOptions(
            output=folder / name.replace(", ", "-").replace(" ", "-"), policy=START, seed=seed,
            profiles=tuple(users), steps=asked.steps // (1 + (name in HALVES)), judge_episodes=1,
            register="tiny", tracker=("none",), threads=1, quiet=True, **found[name],
        )  # fmt: skip
        if not (options.output / "run.json").exists():
            shutil.rmtree(options.output, ignore_errors=True)
            timed(options.output, lambda options=options: train(options))
        spent = float((options.output / COST).read_text("utf-8")) / 60
        policy = str(options.output / "policy")
        rows[name] = {**row_of(options.output, policy, START, env), "minutes": spent}
        print(f"seed {seed}: {name}, reward {rows[name]['reward']:.3f}", flush=True)
    return rows


def cell(values: Sequence[float]) -> str:
    """The mean of seeds, and how far one is from it at most."""
    mean = statistics.mean(values)
    spread = f" ± {max(abs(v - mean) for v in values):.2f}" if len(values) > 1 else ""
    return f"{mean:.2f}{spread}"


def table(seeds: Sequence[Mapping[str, Row]]) -> str:
    """A row for each method."""
    lines = [f"| method | {' | '.join(COLUMNS.values())} |", f"|{' --- |' * (1 + len(COLUMNS))}"]
    for name in seeds[0]:
        rows = [one[name] for one in seeds]
        cells = [cell([r[c] for r in rows]) if c in rows[0] else "-" for c in COLUMNS]
        lines.append(f"| {TITLES.get(name, name)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def users_of(seeds: Sequence[Mapping[str, Row]]) -> str:
    """Reward, distance and entropy of each method by user."""
    users = [*seeds[0]["start"]["by_user"]]
    columns = [f"{what}, {user}" for what in BY_USER for user in users]
    lines = [f"| method | {' | '.join(columns)} |", f"|{' --- |' * (1 + len(columns))}"]
    for name in seeds[0]:
        cells = [
            cell([one[name]["by_user"][user][what] for one in seeds])
            for what in BY_USER
            for user in users
        ]
        lines.append(f"| {TITLES.get(name, name)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def show(seeds: Sequence[Mapping[str, Row]]) -> None:
    """The tables, and what is asked of them."""
    print(f"\n{table(seeds)}\n\n{users_of(seeds)}\n")
    for name, least in LEAST.items():
        if {name, "ppo"} <= {*seeds[0]}:
            shares = [share(one, name) for one in seeds]
            met = sum(share >= least for share in shares)
            print(f"{name}: {cell(shares)} of what PPO on the rule gains; {least} asked, {met} of "
                  f"{len(shares)} seeds")  # fmt: skip


def share(rows: Mapping[str, Row], name: str) -> float:
    """What a method gains over the start, as a share of what PPO on the rule gains."""
    start, rule, own = (rows[one]["reward"] for one in ("start", "ppo", name))
    return float((own - start) / (rule - start))


def main() -> None:
    """The command line."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--output", type=Path, default=Path("runs/methods"))
    given.add_argument("--users", default="sam,nora,leo")
    given.add_argument("--pairs", type=int, default=PAIRS)
    given.add_argument("--steps", type=int, default=131_072, help="tokens of replies")
    given.add_argument("--seeds", type=int, default=1)
    given.add_argument("--only", help="runs by name, with semicolons between them")
    given.add_argument("--more", default="", help="further methods of persona-env train")
    given.add_argument("--page", action="store_true", help="write tables and picture of the page")
    given.add_argument("--draw", action="store_true", help="only draw the table of the page anew")
    asked = given.parse_args()
    if asked.draw:
        draw(on_page(PAGE, "table"))
        return
    print(f"minority user: {minority_of(judged_env(asked.users.split(',')).users)}")
    seeds = [rows_of(asked.output / f"seed-{n}", asked, n) for n in range(asked.seeds)]
    show(seeds)
    if asked.page:
        put(PAGE, "table", table(seeds))
        put(PAGE, "users", users_of(seeds))
        draw(table(seeds))


if __name__ == "__main__":
    main()
