"""What a run of ``benchmarks/methods.py`` reached, as a row of figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import torch

from persona_env.agents.language_model import LanguageModelAgent, load_policy
from persona_env.agents.learning.overopt.distance import written
from persona_env.detectors.refusals.refusal import refusal
from persona_env.env import PersonaEnv
from persona_env.evaluation.evaluate import evaluate
from persona_env.evaluation.report import Report
from persona_env.messages import as_messages
from persona_env.preferences.biases import BIASES
from persona_env.users.profile import UserProfile
from persona_env.users.vector import user_vector

SYMPTOMS = ("lists", "apologies", "as_an_ai", "hedges")
TEMPERATURE = 0.7  # of training, at which the distance is measured
ROW = "row.json"


def judged_env(users: Sequence[str]) -> PersonaEnv:
    """Where runs are judged: held-out scenarios."""
    env = gym.make(
        "PersonaChat-v0", profiles=list(users), register="tiny", split="heldout",
        profile_text="short",
    ).unwrapped  # fmt: skip
    assert isinstance(env, PersonaEnv)
    return env


def minority_of(users: Sequence[UserProfile]) -> str:
    """The user whose preferences are furthest from those of the others."""
    rows = {user.id: user_vector(user) for user in users}
    far = {
        name: sum(np.abs(own - one).sum() for one in rows.values()) for name, own in rows.items()
    }
    return max(far, key=lambda name: far[name])


def refuses(reply: str, prompt: str) -> bool:
    """Whether a reply refuses, in full or in part."""
    return refusal(reply, prompt).kind != "none"


def figures(report: Report, env: PersonaEnv) -> dict[str, float]:
    """The figures of judged replies.

    ``over_refusal`` is the share of refusals where the oracle of the environment answers, and
    ``under_refusal`` that of answers where it refuses; symptoms are shares of replies.
    """
    users = {user.id: user for user in env.users}
    over, under, marks = [], [], []
    for row in report.replies:
        scenario, user = env.scenarios.find(row["scenario"]), users[row["user"]]
        prompt = env.observe(scenario, user)["prompt"]
        wanted = refuses(env.oracle(scenario, user), prompt)
        (under if wanted else over).append(refuses(row["reply"], prompt))
        marks.append([BIASES[name](row["reply"]) > 0 for name in SYMPTOMS])
    return {
        "reward": report.reward.mean,
        "gain": report.gain.mean,
        "worst": min(mean.mean for mean in report.per_user.values()),
        "minority": report.per_user[minority_of(env.users)].mean,
        "words": report.words.mean,
        "over_refusal": _mean(over),
        "under_refusal": 1 - _mean(under),
        **dict(zip(SYMPTOMS, np.mean(marks, 0).tolist(), strict=True)),
    }


def _mean(values: Sequence[bool]) -> float:
    return float(np.mean(values)) if values else 0.0


def judged(policy: str, env: PersonaEnv) -> Report:
    """The report of a policy's greedy replies to all held-out scenarios."""
    agent = LanguageModelAgent(*load_policy(policy), env.token_lengths[0])
    return evaluate(agent, env, cross=False)


def distance(policy: str, start: str, report: Report, env: PersonaEnv, seed: int) -> dict[str, Any]:
    """Nats from the initial policy, on a reply of its own to each prompt that was judged; by user
    also the entropy of replies."""
    model, codec = load_policy(policy)
    users = {user.id: user for user in env.users}
    asked = [
        as_messages(env.handed(env.scenarios.find(row["scenario"]), users[row["user"]]))
        for row in report.replies
    ]
    drawn = torch.Generator().manual_seed(seed)
    found = written(
        model, load_policy(start)[0], codec, asked, max_new_tokens=env.token_lengths[0],
        temperature=TEMPERATURE, generator=drawn,
    )  # fmt: skip
    of_user = {
        name: [place for place, row in enumerate(report.replies) if row["user"] == name]
        for name in users
    }
    return {
        "kl": found.kl,
        "by_user": {
            name: {
                "reward": report.per_user[name].mean,
                "kl": float(np.mean([found.gaps[i] for i in mine])),
                "entropy": float(np.mean([found.surprises[i] for i in mine])),
            }
            for name, mine in of_user.items()
        },
    }


def row_of(folder: Path, policy: str, start: str, env: PersonaEnv) -> Mapping[str, Any]:
    """The row of a policy, from its folder if it is there."""
    if not (folder / ROW).exists():
        report = judged(policy, env)
        found = figures(report, env) | distance(policy, start, report, env, 0)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ROW).write_text(json.dumps(found, indent=1), "utf-8")
    return json.loads((folder / ROW).read_text("utf-8"))
