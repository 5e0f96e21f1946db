"""What every registered environment keeps: a new one is tested without a line here."""

from __future__ import annotations

import gc
import pickle
import time
from functools import cache

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import persona_env
from persona_env.auditor.battery import run_battery
from persona_env.auditor.cases import further_cases, known_cases
from persona_env.auditor.payer import Pay
from persona_env.evaluation.evaluate import draw_cases, evaluate
from persona_env.registration import AGENTS, ENVIRONMENTS, load, make_agent, tokens_id
from persona_env.scenarios.pools import GeneratedPool, ListPool, MixturePool
from persona_env.wrappers import TokenActions
from persona_env.wrappers.tokenizers import bundled_codec

from ..auditor.test_audit import OPEN, OPEN_IN_ONE
from ..support import every_split, tiny_codec

UNWRAPPED = "ignore:.*is different from the unwrapped version.*"
NAMES = list(ENVIRONMENTS)
SPLITS = ("train", "heldout")
EPISODES = 150
AUDITED = 25  # cases of which each exploiting agent is judged
BLIND = 0.7  # what knows no user may reach, of the oracle's reward

every_env = pytest.mark.parametrize("name", NAMES)


@cache
def env_of(name: str, split: str):
    return gym.make(name, split=split, register="tiny", disable_env_checker=True).unwrapped


@cache
def mean_reward(name: str, split: str, agent: str) -> float:
    env = env_of(name, split)
    cases = draw_cases(env, EPISODES, seed=1)
    made = make_agent(agent, env)
    told = hasattr(made, "answer")
    replies = made.answer(cases) if told else made([env.observe(*case) for case in cases])
    return float(np.mean([env.score(r, *c).reward for r, c in zip(replies, cases, strict=True)]))


def leaves(pool):
    parts = pool.parts.values() if isinstance(pool, MixturePool) else [pool]
    return [leaf for part in parts for leaf in ([part] if part is pool else leaves(part))]


@every_env
def test_the_checkers_pass(name):
    check_env(gym.make(name, split="all").unwrapped, skip_render_check=True)


@every_env
@every_split
def test_prompts_and_right_replies_fit_the_default_tokens(name, split):
    env, codec = env_of(name, split), bundled_codec()
    cases = draw_cases(env, EPISODES, seed=1)
    replies = make_agent("oracle", env).answer(cases)
    assert max(len(codec.encode(reply)) for reply in replies) < env.max_new_tokens
    prompts = max(len(codec.prompt(env.observe(*case))) for case in cases)
    assert prompts <= env.context_length - env.max_new_tokens


@every_env
@pytest.mark.filterwarnings(UNWRAPPED)
def test_the_checkers_pass_with_tokens(name):
    from stable_baselines3.common.env_checker import check_env as check_sb3

    made = load(ENVIRONMENTS[name])(split="train")
    env = TokenActions(made, tiny_codec(), max_new_tokens=8, context_length=4 * made.context_length)
    check_env(env, skip_render_check=True)
    check_sb3(env, skip_render_check=True)


@every_env
def test_vectors_and_specs(name):
    for made in (name, tokens_id(name)):
        options = {} if made == name else {"tokenizer": tiny_codec(), "max_new_tokens": 4}
        envs = gym.make_vec(made, num_envs=3, vectorization_mode="vector_entry_point", **options)
        observations, _ = envs.reset(seed=1)
        assert len(observations["prompt" if made == name else "tokens"]) == 3
    assert pickle.loads(pickle.dumps(gym.spec(name))) == gym.spec(name)  # noqa: S301


@every_env
def test_same_seed_same_episode(name):
    first, second = (gym.make(name, disable_env_checker=True) for _ in range(2))
    for seed in range(20):
        (seen, _), (again, _) = first.reset(seed=seed), second.reset(seed=seed)
        assert (seen["prompt"], seen["user"]) == (again["prompt"], again["user"])


@pytest.mark.slow
@every_env
def test_there_is_enough_to_ask(name):
    both = [env_of(name, split).bundled(split) for split in SPLITS]
    written = sum(len(leaf) for pool in both for leaf in leaves(pool) if isinstance(leaf, ListPool))
    generated = [leaf for pool in both for leaf in leaves(pool) if isinstance(leaf, GeneratedPool)]
    if written < 100:
        every = (s.text("en").prompt for pool in generated for s in pool)
        prompts: set[str] = set()
        while len(prompts) < 10_000 and (prompt := next(every, None)) is not None:
            prompts.add(prompt)
        assert len(prompts) >= 10_000, (written, len(prompts))
    families = [{s.family for s in pool.shown} for pool in both]
    assert all(families)
    assert not families[0] & families[1]


@every_env
@every_split
def test_the_oracle_is_near_the_top(name, split):
    env = env_of(name, split)
    agent = make_agent("oracle", env)
    cases = draw_cases(env, EPISODES, seed=2)
    low = {}
    for case, reply in zip(cases, agent.answer(cases), strict=True):
        reward = env.score(reply, *case).reward
        if reward < 0.85:
            low[case.scenario.id, case.user.id] = (round(reward, 2), reply)
    assert not low, f"{len(low)} of {len(cases)}, such as {list(low.items())[:5]}"
    assert mean_reward(name, split, "oracle") >= 0.95


@every_env
@every_split
def test_not_looking_at_the_user_costs(name, split):
    oracle, blind = (mean_reward(name, split, agent) for agent in ("oracle", "blind"))
    assert blind <= BLIND * oracle


@every_env
@every_split
def test_the_order_of_the_references(name, split):
    by_name = {agent: mean_reward(name, split, agent) for agent in AGENTS}
    assert by_name["oracle"] > by_name["noisy_profile"] > by_name["blind"]
    assert by_name["blind"] > by_name["random"] > by_name["constant"]


@every_env
def test_the_report_has_the_measures(name):
    env = env_of(name, "heldout")
    report = evaluate(make_agent("oracle", env), env, episodes=30)
    assert report.identity_gap == 0
    named = set(env.statistics())
    for case in draw_cases(env, 30, seed=0):
        named |= set(env.read(case, env.oracle(case.scenario, case.user)))
    assert set(report.measures) <= named
    assert all(np.isfinite(mean.mean) for mean in report.measures.values())
    assert list(report.measures_per_user) == list(report.users)


LONG = ["Rinse it well, then it may be so, perhaps. ", "- one thing: 3,104 or two\n"]  # fmt: skip


@pytest.mark.slow
@every_env
@pytest.mark.parametrize("sentence", LONG)
def test_long_replies_take_linear_time(name, sentence):
    env = env_of(name, "train")
    (case,) = draw_cases(env, 1, seed=3)
    times = []
    gc.disable()  # what other tests left would be counted
    try:
        for length in (10_000, 40_000):
            start = time.process_time()
            env.score(sentence * (length // len(sentence)), *case)
            times.append(time.process_time() - start)
    finally:
        gc.enable()
    assert times[1] < 8 * times[0] + 0.5, times  # a square would be 16 times as long


@cache
def audited(name: str, split: str):
    env = env_of(name, split)
    known = known_cases(env, draw_cases(env, AUDITED, 0))
    return {row.name: row for row in run_battery(Pay(env), known, further_cases(env, known, 0))}


@pytest.mark.slow
@every_env
@every_split
def test_no_other_exploit_reaches_its_bar(name, split):
    """But for those that phrases cannot see, which ``docs/exploits.md`` names."""
    failed = {row.name: row.told() for row in audited(name, split).values() if not row.passed}
    at_its_bar = {"retracted"}  # in some environments
    assert failed.keys() <= OPEN | OPEN_IN_ONE.keys() | at_its_bar, failed


def test_a_mixture_draws_by_weight():
    weights = {"PersonaChat-v0": 1, "PersonaCalibration-v0": 3}
    env = gym.make("PersonaChat-v0", behaviours=weights, register="tiny", debug=True).unwrapped
    own = {c.name for c in load(ENVIRONMENTS["PersonaCalibration-v0"]).categories}
    drawn = []
    for seed in range(200):
        env.reset(seed=seed)
        drawn.append(env.scenario.category in own)
        assert env.score(env.oracle(env.scenario, env.user), env.scenario, env.user).reward > 0.8
    assert 0.65 < np.mean(drawn) < 0.85
    report = evaluate(make_agent("oracle", env), env, episodes=80)
    assert report.measures["accuracy"].n < 80
    assert "ece" in report.measures


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"PersonaChat-v1": 1}, "PersonaChat-v0"),
        ({"PersonaChat-v0": 0}, "weights"),
        ({"PersonaChat-v0": -1, "PersonaCalibration-v0": 2}, "weights"),
        ({"PersonaChat-v0": float("nan")}, "weights"),
        ({}, "weights"),
    ],
)
def test_a_mixture_of_nothing(weights, said):
    with pytest.raises(persona_env.PersonaEnvError, match=said):
        gym.make("PersonaChat-v0", behaviours=weights)
