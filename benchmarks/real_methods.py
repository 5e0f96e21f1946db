"""A learner of each family on a real language model, by the commands of the library alone.

    python benchmarks/real_methods.py --policy models/smollm2 --output runs/real_methods

Two users who want to be answered briefly, one warmly in prose and one soberly in a list, ask the
questions of ``examples/recipes/real_model``. Every run begins with the same policy, which has
learnt by SFT to answer in as few words as they want, and has the same number of tokens of replies.
A run that is there is only read. Each is a process of its own, whose CPU seconds and peak of memory
are noted.

Prints Markdown: what replies to held-out questions earn from the user who asked, by how much more
than from the other (the margin), with errors from a bootstrap over questions; and how often those
who compare, grade or criticise agree with the rule.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

RECIPE = Path(__file__).parents[1] / "examples" / "recipes" / "real_model"
sys.path.insert(0, str(RECIPE))

from cases import CATEGORIES, USERS, cases_of, make, worlds  # noqa: E402
from judged import by_question, counted, margins, rewards_of  # noqa: E402
from warm_up import warm_up_rows  # noqa: E402

from persona_env import PersonaEnv  # noqa: E402
from persona_env.agents.language_model import LanguageModelAgent, load_policy  # noqa: E402
from persona_env.preferences import SimulatedAnnotator  # noqa: E402
from persona_env.preferences.comparison import Comparison  # noqa: E402
from persona_env.preferences.formats import read_comparisons  # noqa: E402

ASKING = tuple(str(USERS / f"{name}.toml") for name in ("ann", "bob"))
TOKENS = 64  # of a reply, at most
WARM_UP = {"lr": "1e-3", "rows": 80}  # rows a user
ALL = 1000  # replies that suit a user, at most
LR, BATCH, ENVS = "5e-4", 8, 8
PAIRS, ASKED_PAIRS = 64, 24
"""What people compare, and what a model compares, grades or revises in a round."""
TEMPERATURE = 0.7  # of judged replies: greedy ones of small models run into loops
READER = "heads"
COLUMNS = ("method", "reward", "margin", "words", "lists", "tokens", "CPU minutes", "GB")


def shared(asked: argparse.Namespace, start: str, steps: int) -> list[str]:
    """Options of every training."""
    return [
        "--policy", start, "--profiles", ",".join(ASKING), "--scenarios", ",".join(CATEGORIES),
        "--steps", str(steps), "--max-new-tokens", str(TOKENS), "--context-length", "256",
        "--judge-episodes", "2", "--tracker", "none", "--threads", str(asked.threads), "--quiet",
    ]  # fmt: skip


def methods(folder: Path, policy: str) -> dict[str, tuple[str, int]]:
    """The options of each run beside those that all share, and in how many trainings its tokens
    are spent."""
    said = f"--data {folder / 'comparisons.jsonl'}"
    ppo, batch = f"--envs {ENVS}", f"--batch {BATCH}"
    asks = f"--annotator model:{policy} --pairs {ASKED_PAIRS} {ppo} --batch 4"
    return {
        "ppo": (f"--method ppo {ppo}", 1),
        "dpo": (f"--method dpo {said} {batch}", 1),
        "kto": (f"--method kto {said} {batch}", 1),
        "grpo": (f"--method grpo {batch}", 1),
        "ai-feedback": (f"--method ai-feedback {asks}", 1),
        "self-rewarding": (
            f"--method self-rewarding --grades asked --pairs {ASKED_PAIRS} {batch}", 1,
        ),
        "constitution": (f"--method constitution {asks}", 2),
        "best-of-8": (f"--method best-of-n --best-of 8 {batch}", 1),
        "ppo, learnt reward": (f"--method ppo {ppo} --reward reward_model:{folder / 'reward'}", 1),
        "ipo": (f"--method ipo {said} {batch}", 1),
        "sft": (f"--method sft {said} {batch}", 1),
    }  # fmt: skip


def run(folder: Path, name: str, words: Sequence[str], made: Path) -> dict[str, float]:
    """Run a command of the library, unless it has been; its CPU seconds and peak of memory."""
    cost = folder / "costs" / f"{name}.json"
    if not cost.exists():
        shutil.rmtree(made, ignore_errors=True)
        cost.parent.mkdir(parents=True, exist_ok=True)
        with cost.with_suffix(".log").open("w") as log:
            print("persona-env", *words, file=log, flush=True)
            child = subprocess.Popen(
                [sys.executable, "-m", "persona_env", *words], stdout=log, stderr=log
            )
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{name} failed: see {cost.with_suffix('.log')}")
        told = {"seconds": used.ru_utime + used.ru_stime, "gb": used.ru_maxrss / 2**20}
        cost.write_text(json.dumps(told), "utf-8")
    return dict(json.loads(cost.read_text("utf-8")))


def prepare(folder: Path, asked: argparse.Namespace) -> str:
    """The policy that all begin with, its comparisons, and a reward model of them."""
    rows, start = folder / "rows.jsonl", folder / "start"
    folder.mkdir(parents=True, exist_ok=True)
    if not rows.exists():
        lines = [json.dumps(one) for one in warm_up(asked.policy)]
        rows.write_text("\n".join(lines) + "\n", "utf-8")
    run(folder, "start", [
        "train", "--method", "sft", "--data", str(rows), "--lr", WARM_UP["lr"],
        "--batch", str(BATCH), *shared(asked, asked.policy, asked.warm_up),
        "--output", str(start),
    ], start)  # fmt: skip
    policy = str(start / "policy")
    run(folder, "comparisons", [
        "collect", "--policy", policy, "--profiles", ",".join(ASKING), "--pairs", str(PAIRS),
        "--scenarios", ",".join(CATEGORIES), "--temperature", "1", "--register", "natural",
        "--max-new-tokens", str(TOKENS), "--output", str(folder / "comparisons.jsonl"),
    ], folder / "comparisons")  # fmt: skip
    run(folder, "reward", [
        "reward-model", str(folder / "comparisons.jsonl"), "--policy", policy, "--batch", "2",
        "--output", str(folder / "reward"),
    ], folder / "reward")  # fmt: skip
    return policy


def warm_up(policy: str) -> list[dict[str, Any]]:
    """Short replies of the bank that suit one user alone, to the same questions for each.

    Else the questions tell the replies apart as well as the users do. The best questions first:
    those whose replies stand highest among all that suit their users.
    """
    known = worlds(ASKING, (), CATEGORIES, READER, None)
    rows = warm_up_rows(known, ALL, READER, None)
    codec = load_policy(policy)[1]
    of_user: list[dict[str, tuple[int, dict[str, Any]]]] = []
    for first in range(0, len(rows), ALL):
        mine: dict[str, tuple[int, dict[str, Any]]] = {}
        for place, row in enumerate(rows[first : first + ALL]):
            if len(codec.encode(row["completion"][0]["content"])) < TOKENS:
                mine.setdefault(row["prompt"][-1]["content"], (place, row))
        of_user.append(mine)
    common = set.intersection(*map(set, of_user))
    best = sorted(common, key=lambda asked: (sum(mine[asked][0] for mine in of_user), asked))
    return [mine[asked][1] for mine in of_user for asked in best[: WARM_UP["rows"]]]


def judged(folder: Path, policy: str, env: PersonaEnv) -> dict[str, Any]:
    """What replies of a policy to held-out questions earn, from its file if it is there."""
    path = folder / "judged.json"
    if not path.exists():
        model, codec = load_policy(policy)
        agent = LanguageModelAgent(model.bfloat16(), codec, TOKENS, TEMPERATURE, seed=0)
        cases = cases_of(env)
        replies = [str(reply) for reply in agent([env.observe(*case) for case in cases])]
        earned = rewards_of(env, [(c.scenario.id, r) for c, r in zip(cases, replies, strict=True)])
        users = [user.id for user in env.users]
        own = np.array([users.index(case.user.id) for case in cases])
        mine, apart = earned[np.arange(len(own)), own], margins(earned, own)
        lists = {
            user: counted([r for r, c in zip(replies, cases, strict=True) if c.user.id == user])
            for user in users
        }
        found = {
            **{
                name: {"mean": one.mean, "se": one.se}
                for name, one in (
                    ("reward", by_question(mine, cases)), ("margin", by_question(apart, cases)),
                )
            },
            "counted": lists, "replies": replies,
        }  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(found, indent=1), "utf-8")
    return dict(json.loads(path.read_text("utf-8")))


def row(name: str, found: Mapping[str, Any], cost: Mapping[str, float], tokens: object) -> str:
    """A row of the table."""
    each = found["counted"].values()
    cells = [
        name,
        *(f"{found[what]['mean']:.3f} ± {found[what]['se']:.3f}" for what in ("reward", "margin")),
        *(" / ".join(f"{one[what]:.{digits}f}" for one in each)
          for what, digits in (("words", 0), ("lists", 2))),
        str(tokens),
        *((f"{cost['seconds'] / 60:.1f}", f"{cost['gb']:.1f}") if cost else ("", "")),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def agreement(env: PersonaEnv, said: Sequence[Comparison]) -> str:
    """How often the first of the preferred replies is what the rule prefers too."""
    rule = SimulatedAnnotator(env, temperature=0.0).annotate(list(said), 0)
    both = [
        (one.label == other.label)
        for one, other in zip(said, rule, strict=True)
        if other is not None and other.label != "same" and one.label != "same"
    ]
    share = float(np.mean(both)) if both else float("nan")
    error = (share * (1 - share) / max(1, len(both))) ** 0.5
    return f"{share:.2f} ± {error:.2f} of {len(both)} pairs"


def obstacles(folder: Path, env: PersonaEnv) -> None:
    """What stands in the way of those who learn from somebody's judgement."""
    figures = folder / "reward" / "figures.json"
    if figures.exists():
        held = json.loads(figures.read_text("utf-8"))["held_out"]["accuracy"]
        print(f"reward model: right on {held['mean']:.2f} ± {held['se']:.2f} of {held['n']} pairs")
    curve = folder / "grpo" / "curve.csv"
    if curve.exists():
        told = [float(one["groups_without_signal"]) for one in csv.DictReader(curve.open())]
        print(f"grpo: {np.mean(told):.2f} of groups without a signal")
    for name, stored in (
        ("ai-feedback", "comparisons.db"), ("constitution", "comparisons.db"),
        ("self-rewarding", "graded.jsonl"),
    ):  # fmt: skip
        path = folder / name / "round-1" / stored
        if path.exists():
            print(f"{name}: agrees with the rule on {agreement(env, read_comparisons(path))}")


def main() -> None:
    """The command line."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--policy", default="models/smollm2")
    given.add_argument("--output", type=Path, default=Path("runs/real_methods"))
    given.add_argument("--steps", type=int, default=2048, help="tokens of replies")
    given.add_argument("--warm-up", type=int, default=7000, help="tokens of the first SFT")
    given.add_argument("--threads", type=int, default=1)
    given.add_argument("--only", help="runs by name, with semicolons between them")
    asked = given.parse_args()
    folder = asked.output.absolute()
    start = prepare(folder, asked)
    held = make(ASKING, CATEGORIES, "heldout", READER)
    found = methods(folder, asked.policy)
    rows = [
        row("initial model", judged(folder / "initial", asked.policy, held), {}, ""),
        row("start: SFT on the bank", judged(folder / "start", start, held),
            run(folder, "start", [], folder), asked.warm_up),
    ]  # fmt: skip
    for name in asked.only.split(";") if asked.only else found:
        options, parts = found[name]
        made = folder / name.replace(", ", "-").replace(" ", "-")
        words = ["train", *options.split(), "--lr", LR,
                 *shared(asked, start, asked.steps // parts), "--output", str(made)]  # fmt: skip
        cost = run(folder, made.name, words, made)
        tokens = json.loads((made / "run.json").read_text("utf-8"))["steps"]
        rows.append(row(name, judged(made, str(made / "policy"), held), cost, tokens))
        print(rows[-1], flush=True)
    print(f"\n| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}", *rows, sep="\n")
    obstacles(folder, make(ASKING, CATEGORIES, "train", READER))


if __name__ == "__main__":
    main()
