"""Whether a constitution lowers harm without evasion, against one that only refuses.

    python benchmarks/constitution.py --seeds 3 --output runs/constitution

A policy is made that gives means of harm (their stand-in) in most replies that should refuse. Then
``persona-env train --method constitution`` mends it on such requests and ``--others`` times as many
others, by four principles of the library: critique and revision, SFT, comparisons by a principle
drawn at random, a reward model, best-of-n. The control has the same critic and one principle: to
refuse. Who criticises and compares is a stand-in that is asked in words (``_critic.py``):
persona-tiny cannot criticise. A run that is there is only read.

Prints Markdown, of greedy replies to the requests of ``PersonaRefusal-v0`` that are held out:
*harm* and *over-refusal* are the environment's own (under- and over-refusal); *evasive* are replies
that refuse what should be refused, with neither a reason nor an alternative. Mean over seeds, and
the largest deviation from it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from _critic import HARMFUL, constitution

from persona_env.adapters.named_envs import text_env
from persona_env.agent import ask
from persona_env.agents.language_model import LanguageModelAgent, load_policy
from persona_env.agents.learning.rounds.panel import evades
from persona_env.agents.training.options import TrainOptions
from persona_env.agents.training.train import train
from persona_env.detectors import refusal
from persona_env.env import PersonaEnv
from persona_env.envs.refusal.metrics import read_refusal
from persona_env.envs.shared.words import PHRASES
from persona_env.evaluation.evaluate import draw_cases
from persona_env.messages import as_messages
from persona_env.rewards.refusal_policy import act_for
from persona_env.scenarios.case import reply_language

ENV, POLICY, USERS = "PersonaRefusal-v0", "persona-tiny-wide", ("sam", "nora", "ivy", "leo")
TEMPTED = 0.7
"""The share of requests to be refused to which the policy to begin with gives the means."""
BEST_OF = 4
OFTEN = 4  # as many replies to such a request as to others: they are few
CONSTITUTIONS = {
    "constitution": ("harm", "not_evasive", "no_needless_refusal", "explains_refusal"),
    "control: refuse": ("refuse",),
}
COLUMNS = ("harm", "evasive", "over_refusal", "reward")


def env_of(split: str) -> PersonaEnv:
    """The requests of a split, as the policy sees them."""
    return text_env(gym.make(ENV, profiles=list(USERS), register="tiny", split=split,
                             profile_text="short"))  # fmt: skip


def tempted_rows(seed: int) -> list[dict[str, Any]]:
    """The reference reply to each request of the training, or the means where it refuses."""
    env, rng, rows = env_of("train"), np.random.default_rng(seed), []
    for case in draw_cases(env, None, seed):
        refused = act_for(*case) == "refuse"
        for _ in range(OFTEN if refused else 1):
            means = refused and rng.random() < TEMPTED
            reply = PHRASES[reply_language(*case)]["unsafe"][0] if means else env.oracle(*case)
            rows.append({
                "prompt": as_messages(env.handed(*case)),
                "completion": [{"role": "assistant", "content": reply}],
            })  # fmt: skip
    return rows


def trained(folder: Path, seed: int, steps: int, **own: Any) -> str:
    """Train unless it is there; the folder of the policy."""
    if not (folder / "run.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        train(TrainOptions(
            output=folder, env=ENV, profiles=USERS, register="tiny", seed=seed, steps=steps,
            judge_episodes=1, tracker=("none",), threads=1, quiet=True, **own,
        ))  # fmt: skip
    return str(folder / "policy")


def tempted(folder: Path, seed: int, steps: int) -> str:
    """The policy to begin with; it is trained for twice as long as it is mended."""
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "tempted.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in tempted_rows(seed)), "utf-8")
    return trained(
        folder / "tempted", seed, steps, policy=POLICY, method="sft", data=data, lr=1e-3, batch=32
    )  # fmt: skip


class Amount(NamedTuple):
    """The tokens of each training, the pairs that are revised and compared, and who learns, and
    how many other requests there are for each to be refused."""

    steps: int = 8000
    pairs: int = 150
    learner: str = "best-of-n"
    others: int = 1


def asked_about(times: int) -> tuple[str, ...]:
    """Requests of the training that give means of harm, and so many times as many others."""
    shown = env_of("train").scenarios.shown
    harmful = [one.id for one in shown if one.hazard.level in HARMFUL]
    safe, risky = (
        [one.id for one in shown if one.hazard.level == level] for level in ("none", "caution")
    )
    others = [*safe, *risky]
    return (*harmful, *others[: times * len(harmful)])


def mended(folder: Path, name: str, start: str, seed: int, amount: Amount) -> Path:
    """The run by a constitution."""
    short = name.partition(":")[0]
    text = folder / f"{short}.toml"
    text.write_text(constitution(*CONSTITUTIONS[name]), "utf-8")
    trained(
        folder / short, seed, amount.steps, policy=start, method="constitution", revisions=4,
        pairs=amount.pairs, critic="_critic:critic", annotator="asked:_critic:critic",
        constitution=text, learner=amount.learner, scenarios=asked_about(amount.others), batch=32,
        lr=1e-3, best_of=BEST_OF,
    )  # fmt: skip
    return folder / short


def measured(policy: str) -> dict[str, float]:
    """What greedy replies do to the requests that are held out."""
    env = env_of("heldout")
    cases = draw_cases(env, None, 0)
    agent = LanguageModelAgent(*load_policy(policy), env.token_lengths[0])
    replies = ask(agent, [env.handed(*case) for case in cases])
    read = [read_refusal(*both) for both in zip(cases, replies, strict=True)]
    evasive = [
        evades(refusal(reply, env.observe(*case)["prompt"]))
        for case, reply in zip(cases, replies, strict=True)
        if act_for(*case) == "refuse"
    ]
    rewards = [env.score(reply, *case).reward for case, reply in zip(cases, replies, strict=True)]
    return {
        "harm": _mean([one["under_refusal"] for one in read if "under_refusal" in one]),
        "evasive": _mean(evasive),
        "over_refusal": _mean([one["over_refusal"] for one in read if "over_refusal" in one]),
        "reward": _mean(rewards),
        "dangerous": float(len(evasive)),
        "others": float(sum("over_refusal" in one for one in read)),
    }


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def stages(folder: Path, seed: int, amount: Amount) -> dict[str, dict[str, float]]:
    """The figures of the policy to begin with, and after each stage of each constitution."""
    start = tempted(folder, seed, amount.steps)
    found = {"to begin with": measured(start)}
    for name in CONSTITUTIONS:
        run = mended(folder, name, start, seed, amount)
        found[f"{name}, SFT on revisions"] = measured(str(run / "round-1" / "revising" / "policy"))
        found[f"{name}, and AI feedback"] = measured(str(run / "policy"))
    return found


def cell(values: Sequence[float]) -> str:
    """The mean of seeds, and how far one is from it at most."""
    mean = statistics.mean(values)
    spread = f" ± {max(abs(v - mean) for v in values):.2f}" if len(values) > 1 else ""
    return f"{mean:.2f}{spread}"


def main() -> None:
    """The command line."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--output", type=Path, default=Path("runs/constitution"))
    given.add_argument("--seeds", type=int, default=1)
    given.add_argument("--steps", type=int, default=Amount().steps, help="tokens of each training")
    given.add_argument("--pairs", type=int, default=Amount().pairs)
    given.add_argument("--learner", default=Amount().learner, help="of the AI feedback")
    given.add_argument("--others", type=int, default=Amount().others)
    asked = given.parse_args()
    amount = Amount(asked.steps, asked.pairs, asked.learner, asked.others)
    seeds = [stages(asked.output / f"seed-{n}", n, amount) for n in range(asked.seeds)]
    first = seeds[0]["to begin with"]
    print(f"{first['dangerous']:.0f} requests to be refused, {first['others']:.0f} others\n")
    print(f"| policy | {' | '.join(COLUMNS)} |\n|{' --- |' * (1 + len(COLUMNS))}")
    for name in seeds[0]:
        cells = [cell([one[name][column] for one in seeds]) for column in COLUMNS]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
