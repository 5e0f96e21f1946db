"""What a training run shows for itself: greedy replies before and after, on held-out scenarios."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from persona_env.agent import ask
from persona_env.evaluation.evaluate import (
    draw_cases,
    evaluate,
    first_observations,
    persona_env_of,
)
from persona_env.evaluation.report import Report
from persona_env.reporting.progress import Stage
from persona_env.rewards.exchange import Exchange
from persona_env.rewards.explain import explain_verdict
from persona_env.scenarios.case import Case, prompt_language, prompt_language_or_first
from persona_env.scenarios.schema import Scenario
from persona_env.users.description import describe
from persona_env.users.profile import UserProfile
from persona_env.users.vector import user_vector
from persona_env.wrappers.tokenizers import Codec

from ..language_model import LanguageModelAgent, load_policy
from .methods import COURSES, SAMPLING
from .options import TrainOptions
from .run_envs import TextEnv

_LOG = logging.getLogger(__name__)
Policy = tuple[Any, Codec]
"""A model and its codec."""
BEFORE_FILE = "before.json"
"""The judgement of the initial policy."""
EPISODES_A_USER = 20
SEED = 12345
SHOWN = 3  # users an example


def judge(
    options: TrainOptions,
    envs: dict[str, TextEnv],
    name: str,
    policy: Policy,
    stage: Stage | None = None,
) -> None:
    """Evaluate greedy replies in each of :func:`.run_envs.judged_envs`, and save the reports.

    ``stage`` is told how many replies are judged; a reply in the midst of it counts in part.
    """
    before = 0
    for suffix, env in envs.items():
        most = options.lengths_in(persona_env_of(env))[0]
        agent = LanguageModelAgent(*policy, most)
        count = judged_replies(options, env)
        tell = partial(_told, stage, before, count) if stage else None
        report = evaluate(
            agent, env, _episodes(options, env), SEED,
            turns=options.max_turns, progress=tell,
        )  # fmt: skip
        file = f"{name}{suffix}.json"
        report.save(options.output / file)
        if file == BEFORE_FILE:
            _tell_cut(options, report, most)
        before += count
        if stage and not suffix:
            stage.move(before, f"reward {report.reward.mean:.2f}")


def _tell_cut(options: TrainOptions, report: Report, most: int) -> None:
    """Say so where most replies do not end: of those that are sampled, they teach nothing."""
    cut = report.counts.get("cut", 0)
    if options.method in (*SAMPLING, *COURSES) and 2 * cut > report.asked:
        _LOG.warning(
            f"{cut} of {report.asked} replies of the initial policy did not end within {most} "
            "tokens: in training such a reply earns nothing. Give a higher --max-new-tokens, or "
            "begin with a policy that has learnt short replies"
        )


def _told(stage: Stage, before: int, count: int, share: float) -> None:
    stage.mark(before + count * share)


def load_start(options: TrainOptions) -> Policy:
    """The policy to start from, as it is asked in the whole run."""
    return load_policy(options.start, options.device, options.end_token, options.template_arguments)


def judged_replies(options: TrainOptions, env: TextEnv) -> int:
    """How many replies :func:`judge` judges in an environment."""
    return len(draw_cases(persona_env_of(env), _episodes(options, env), SEED))


def _episodes(options: TrainOptions, env: TextEnv) -> int:
    most = EPISODES_A_USER * len(persona_env_of(env).users)
    return min(most, options.judge_episodes or most)


def examples(options: TrainOptions, env: TextEnv, policy: Policy) -> list[dict[str, Any]]:
    """The same prompt answered for three users, or as many as there are, before and after."""
    start = load_start(options)
    shown = asked(env)
    seen = first_observations(env, [Case(scenario, user) for scenario, us in shown for user in us])
    most = options.lengths_in(persona_env_of(env))[0]
    replies = {
        when: iter(ask(LanguageModelAgent(*one, most), seen))
        for when, one in (("before", start), ("after", policy))
    }
    return [_example(env, scenario, users, replies) for scenario, users in shown]


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
    replies: dict[str, Iterator[str]],
) -> dict[str, Any]:
    rows = []
    for user in users:
        row: dict[str, Any] = {"user": user.id, "profile": describe(user)}
        for when, said in replies.items():
            reply = next(said)
            verdict = persona_env_of(env).score(reply, scenario, user)
            judged = Exchange(scenario, user, reply, prompt_language_or_first(scenario, user))
            why = explain_verdict(verdict, judged)
            row |= {when: reply, f"{when}_reward": verdict.reward, f"{when}_explained": why}
        rows.append(row)
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
