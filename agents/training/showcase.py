"""What a training run shows for itself: greedy replies before and after, on held-out scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from persona_env.evaluation.evaluate import evaluate, first_observations, persona_env_of
from persona_env.rewards.exchange import Exchange
from persona_env.rewards.explain import explain_verdict
from persona_env.scenarios.case import Case, prompt_language, prompt_language_or_first
from persona_env.scenarios.schema import Scenario
from persona_env.users.description import describe
from persona_env.users.profile import UserProfile
from persona_env.users.vector import user_vector
from persona_env.wrappers.tokenizers import Codec

from ..language_model import LanguageModelAgent, load_policy
from .options import TrainOptions
from .run_envs import TextEnv

EPISODES_A_USER = 20
SEED = 12345
SHOWN = 3  # users an example


def judge(
    options: TrainOptions, envs: dict[str, TextEnv], name: str, model: Any, codec: Codec
) -> None:
    """Evaluate greedy replies in each of :func:`.run_envs.judged_envs`, and save the reports."""
    agent = LanguageModelAgent(model, codec, options.lengths[0])
    for suffix, env in envs.items():
        episodes = EPISODES_A_USER * len(persona_env_of(env).users)
        report = evaluate(agent, env, episodes=episodes, seed=SEED, turns=options.max_turns)
        report.save(options.output / f"{name}{suffix}.json")


def examples(options: TrainOptions, env: TextEnv, model: Any, codec: Codec) -> list[dict[str, Any]]:
    """The same prompt answered for three users, or as many as there are, before and after."""
    start = load_policy(options.start, options.device, options.end_token)
    agents = {
        "before": LanguageModelAgent(*start, options.lengths[0]),
        "after": LanguageModelAgent(model, codec, options.lengths[0]),
    }
    return [_example(env, scenario, users, agents) for scenario, users in asked(env)]


def asked(env: TextEnv) -> list[tuple[Scenario, list[UserProfile]]]:
    """What is shown: a scenario of each category, and up to three users who can ask it.

    Scenarios are drawn with a fixed seed, the first one that most users can ask (three count as
    all); the users are those who want the most different things.
    """
    base, rng = persona_env_of(env), np.random.default_rng(SEED)
    best: dict[str, tuple[int, int, Scenario, list[UserProfile]]] = {}
    for place, scenario in enumerate(base.scenarios.shuffled(rng, len(base.scenarios.shown))):
        able = [u for u in base.users if prompt_language(scenario, u) is not None]
        count = min(SHOWN, len(able))
        if count > best.get(scenario.category, (0,))[0]:
            best[scenario.category] = (count, place, scenario, able)
    found = sorted(best.values(), key=lambda item: item[1])
    return [(scenario, _most_different(able, count)) for count, _, scenario, able in found]


def _example(
    env: TextEnv,
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
        language = prompt_language_or_first(scenario, user)
        judged = Exchange(scenario, user, reply, language)
        rows.append({**row, "explained": explain_verdict(verdict, judged)})
    prompt = next(iter(scenario.texts.values())).prompt
    return {
        "prompt": prompt, "scenario": scenario.id, "category": scenario.category, "users": rows
    }  # fmt: skip


def _most_different(users: Sequence[UserProfile], count: int) -> list[UserProfile]:
    chosen = [users[0]]
    while len(chosen) < count:
        left = [user for user in users if user not in chosen]
        gaps = [min(np.abs(user_vector(u) - user_vector(c)).sum() for c in chosen) for u in left]
        chosen.append(left[int(np.argmax(gaps))])
    return chosen
