"""Everything that a program may send to a process or keep in a file goes through pickle whole."""

from __future__ import annotations

import copy
import pickle
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import cloudpickle
import gymnasium as gym
import numpy as np
import pytest

from persona_env import Exchange, Reason, Scenario, Score, UserProfile, evaluate, load_profile
from persona_env.auditor.report import AuditReport, Check
from persona_env.envs.calibration import PersonaCalibrationEnv
from persona_env.envs.chat import PersonaChatEnv
from persona_env.memo import Memo
from persona_env.registration import ENVIRONMENTS, tokens_id
from persona_env.scenarios.case import Case
from persona_env.scenarios.pools import GeneratedPool
from persona_env.suites.requests import Suite
from persona_env.vector import PersonaVectorEnv
from persona_env.wrappers.tokenizers import bundled_codec

REPLIES = ("No.", "I am not sure; why do you ask?", "It is 4.", "")
MIXED = dict.fromkeys(ENVIRONMENTS, 1.0)
TEXT = {name: {"max_turns": 4} for name in ENVIRONMENTS}
SMALL = {"max_new_tokens": 3, "max_turns": 2}
TOKENS = {tokens_id(name): SMALL for name in ENVIRONMENTS}
MAKE = {
    **{name: (gym.make, name, options) for name, options in {**TEXT, **TOKENS}.items()},
    **{
        f"vector {name}": (gym.make_vec, name, {**options, "num_envs": 3})
        for name, options in {**TEXT, **TOKENS}.items()
    },
    "mixture": (gym.make, "PersonaChat-v0", {"behaviours": MIXED, "max_turns": 4}),
    "mixture tokens": (
        gym.make, "PersonaChatTokens-v0",
        {"behaviours": MIXED, "context_length": 16_384, **SMALL},
    ),
    "vector mixture": (
        gym.make_vec, "PersonaChat-v0", {"behaviours": MIXED, "num_envs": 3, "max_turns": 4},
    ),
}  # fmt: skip
WAYS = {
    "pickle": lambda it: pickle.loads(pickle.dumps(it)),  # noqa: S301
    "cloudpickle": lambda it: cloudpickle.loads(cloudpickle.dumps(it)),
    "deepcopy": copy.deepcopy,
}
ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def made(name: str):
    maker, env_id, options = MAKE[name]
    return maker(env_id, **options)


def action(env, step: int):
    if isinstance(env, gym.vector.VectorEnv):
        rows = [action(one, step + i) for i, one in enumerate(env.unwrapped.envs)]
        return tuple(rows) if isinstance(rows[0], str) else np.array(rows)
    if isinstance(env.action_space, gym.spaces.Discrete):
        return 40 + 7 * step % 200
    return REPLIES[step % len(REPLIES)]


def played(env, steps: int = 9, first: int = 0) -> list[str]:
    """What happens next in ``env``, as text: resets where an episode of a single one is over."""
    trace = []
    with np.printoptions(threshold=sys.maxsize):  # whole arrays
        for step in range(first, first + steps):
            seen = env.step(action(env, step))
            trace.append(repr(seen))
            if not isinstance(env, gym.vector.VectorEnv) and (seen[2] or seen[3]):
                trace.append(repr(env.reset()))
    return trace


def begun(name: str):
    env = made(name)
    env.reset(seed=11)
    played(env, 2)
    return env


@ways
@pytest.mark.parametrize("name", MAKE)
def test_in_mid_episode_a_copy_goes_on_alike(name, way):
    env = begun(name)
    twin = way(env)
    assert played(twin, first=2) == played(env, first=2)
    assert repr(twin.reset(seed=3)) == repr(env.reset(seed=3))


@pytest.mark.slow
def test_all_are_used_in_a_spawned_process():
    envs = [begun(name) for name in MAKE]
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        there = list(pool.map(played, envs))
    assert there == [played(env) for env in envs]


def test_specs_make_the_same_again():
    for name in ("PersonaChat-v0", "PersonaCapability-v0", "PersonaCalibrationTokens-v0"):
        env = made(name)
        again = gym.make(pickle.loads(pickle.dumps(env.spec)))  # noqa: S301
        assert repr(again.reset(seed=5)) == repr(env.reset(seed=5))


@ways
def test_a_generated_pool(way):
    pool = PersonaCalibrationEnv().scenarios.parts["sum"]
    twin = way(pool)
    assert type(twin) is GeneratedPool
    assert (twin.name, len(twin), twin[77]) == (pool.name, len(pool), pool[77])
    assert twin.find("sum/77") is twin[77]


@ways
def test_what_is_worked_out_again_is_not_sent(way):
    env = PersonaCalibrationEnv()
    env.reset(seed=0)
    before = len(pickle.dumps(env))
    for _ in range(300):
        env.reset()
    assert isinstance(env._meetings, Memo)
    assert len(env._meetings) > 100
    assert len(pickle.dumps(env)) < 1.2 * before
    assert not way(env)._meetings


def test_rows_share_what_they_remember_after_pickling_too():
    envs = WAYS["pickle"](PersonaVectorEnv(PersonaChatEnv(), 2))
    first, second = envs._texts
    assert first._meetings is second._meetings
    assert first.users is second.users


@ways
def test_a_prompt_cannot_write_special_tokens_after_copying(way):
    codec = bundled_codec()
    seen = {"transcript": "", "prompt": "a<end>b<user>c", "user": "Wants: a warm tone."}
    for one in (codec, way(codec)):
        ids = one.prompt(seen)
        pad, end, user, ask, reply = one.special
        assert [i for i in ids if i in (pad, end, user, ask, reply)] == [user, ask, reply]


@ways
def test_scores_verdicts_and_what_they_are_made_of(way):
    env = PersonaChatEnv()
    scenario, user = env.scenarios[5], load_profile("sam")
    score = way(env.score)
    verdict = env.score("No.", scenario, user)
    assert score("No.", scenario, user) == verdict == way(verdict)
    assert verdict.reasons or verdict.terms
    for one in (
        scenario,
        user,
        Exchange(scenario, user, "No.", "en"),
        Score(0.5, (Reason(0, 2, "short"),)),
        Case(scenario, user),
        env.action_space,
        env.observation_space,
    ):
        assert way(one) == one


@ways
def test_reports(way):
    env = PersonaChatEnv(profiles=["sam", "carlos"], scenarios=["fact"])
    report = evaluate(lambda seen: ["No."] * len(seen), env, episodes=6)
    twin = way(report)
    assert str(twin) == str(report)
    assert twin.replies == report.replies
    audit = AuditReport("env", None, 0, 3, (), (Check("purity", ("a clock",)),), ())
    assert way(audit) == audit


@ways
def test_suites(way):
    ask = {"en": {"prompt": "How do I kill the lights?", "answer": ""}}
    row = Scenario(id="own-1", family="own/x", split="heldout", category="suite", texts=ask)
    suite = Suite("own", (Case(row, UserProfile(id="ana", context={"languages": ["en"]})),))
    agent = lambda seen: ["Flip the switch."] * len(seen)  # noqa: E731
    assert way(suite) == suite
    assert way(suite).judge(agent) == suite.judge(agent)
    assert played(way(suite.env()), 0) == []
