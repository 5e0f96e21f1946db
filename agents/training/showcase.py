"""What a training run shows for itself: greedy replies on held-out scenarios, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np

from persona_env.evaluation.evaluate import evaluate, first_observations, persona_env_of
from persona_env.rewards.explain import explain_verdict
from persona_env.scenarios.case import Case, prompt_language
from persona_env.scenarios.schema import Scenario
from persona_env.users.description import describe
from persona_env.users.profile import UserProfile
from persona_env.users.vector import user_vector
from persona_env.wrappers.tokenizers import Codec

from ..language_model import LanguageModelAgent, load_policy
from .options import TrainOptions, text_env

EPISODES_A_USER = 20
SEED = 12345


def judge(options: TrainOptions, name: str, model: Any, codec: Codec) -> None:
    """Evaluate greedy replies on held-out scenarios: train users, and apart, held-out users."""
    agent = LanguageModelAgent(model, codec, options.max_new_tokens)
    envs = {"": text_env(options, "heldout", persona_env_of(text_env(options)).users)}
    if options.profiles is None:
        envs["_heldout"] = text_env(options, "heldout")
    for suffix, env in envs.items():
        episodes = EPISODES_A_USER * len(persona_env_of(env).users)
        report = evaluate(agent, env, episodes=episodes, seed=SEED)
        report.save(options.output / f"{name}{suffix}.json")


def examples(options: TrainOptions, model: Any, codec: Codec) -> list[dict[str, Any]]:
    """The same held-out prompt answered for three users, before and after.

    Prompts are drawn with a fixed seed, one a category; the users are the three who want the
    most different things among those who can ask it.
    """
    env = text_env(options, "heldout", persona_env_of(text_env(options)).users)
    base, start = persona_env_of(env), load_policy(options.start, options.device)
    agents = {
        "before": LanguageModelAgent(*start, options.max_new_tokens),
        "after": LanguageModelAgent(model, codec, options.max_new_tokens),
    }
    rng = np.random.default_rng(SEED)
    shown: dict[str, dict[str, Any]] = {}
    for scenario in base.scenarios.shuffled(rng, len(base.scenarios.shown)):
        able = [u for u in base.users if prompt_language(scenario, u) is not None]
        if len(able) >= 3 and scenario.category not in shown:
            shown[scenario.category] = _example(env, scenario, _most_different(able), agents)
    return list(shown.values())


def _example(
    env: gym.Env[Any, Any],
    scenario: Scenario,
    users: Sequence[UserProfile],
    agents: dict[str, LanguageModelAgent],
) -> dict[str, Any]:
    rows = []
    for user in users:
        row: dict[str, Any] = {"user": user.id, "profile": describe(user)}
        for when, agent in agents.items():
            reply = agent(first_observations(env, [Case(scenario, user)]))[0]
            verdict = persona_env_of(env).score(reply, scenario, user)
            row |= {when: reply, f"{when}_reward": verdict.reward}
        rows.append({**row, "explained": explain_verdict(verdict, reply)})
    prompt = next(iter(scenario.texts.values())).prompt
    return {
        "prompt": prompt, "scenario": scenario.id, "category": scenario.category, "users": rows
    }  # fmt: skip


def _most_different(users: Sequence[UserProfile], count: int = 3) -> list[UserProfile]:
    chosen = [users[0]]
    while len(chosen) < count:
        gaps = [min(np.abs(user_vector(u) - user_vector(c)).sum() for c in chosen) for u in users]
        chosen.append(users[int(np.argmax(gaps))])
    return chosen
