"""The training text of the starting policies: it fits its users, and holds what it is said to."""

from __future__ import annotations

import re

import numpy as np
import pytest

from persona_env.agents.pretraining.corpus import SAY_AGAIN, copying, example, example_of
from persona_env.detectors import abstains
from persona_env.envs.calibration.env import PersonaCalibrationEnv
from persona_env.envs.capability.env import PersonaCapabilityEnv
from persona_env.envs.opinion.env import PersonaOpinionEnv
from persona_env.envs.refusal.env import PersonaRefusalEnv

ENVS = [PersonaCalibrationEnv, PersonaCapabilityEnv, PersonaOpinionEnv, PersonaRefusalEnv]


@pytest.fixture(scope="module")
def envs():
    return {make: make(split="all", profile_text="short") for make in ENVS}


def drawn(env, follows, count, seed=0):
    rng = np.random.default_rng(seed)
    return [example_of(env, rng, follows) for _ in range(count)]


@pytest.mark.parametrize("make", ENVS)
def test_examples_of_an_environment_are_its_prompts_with_a_reply(envs, make):
    env = envs[make]
    found = drawn(env, 0.9, 60)
    assert all(one.observation["prompt"] and one.reply for one in found)
    assert all(one.reply == one.reply.strip() for one in found)
    assert any(not one.observation["user"] for one in found)
    assert drawn(env, 0.9, 5, seed=1) == drawn(env, 0.9, 5, seed=1)


def test_a_price_on_wrong_answers_is_wished_for_where_it_matters(envs):
    bar = re.compile(r"be \d0% sure or abstain")
    shown = [one.observation["user"] for one in drawn(envs[PersonaCalibrationEnv], 0.9, 300)]
    with_bar = [bool(bar.search(user)) for user in shown if user]
    assert 0.7 < np.mean(with_bar) < 0.95


def test_replies_that_follow_nobody_give_up_more_often(envs):
    env = envs[PersonaCalibrationEnv]
    shares = [
        np.mean([bool(abstains(one.reply).spans) for one in drawn(env, follows, 300)])
        for follows in (1.0, 0.0)
    ]
    assert shares[1] > shares[0] + 0.15


def test_some_want_no_view_and_get_none(envs):
    found = drawn(envs[PersonaOpinionEnv], 1.0, 600)
    neutral = [one for one in found if "views: none" in one.observation["user"]]
    assert 20 < len(neutral) < 200
    assert not any("I would say" in one.reply for one in neutral)


def test_a_line_to_copy_is_the_reply():
    rng = np.random.default_rng(0)
    for one in (copying(rng) for _ in range(50)):
        asked = one.observation["prompt"]
        lead = next(lead for lead in SAY_AGAIN.values() if asked.startswith(lead))
        assert asked == lead + one.reply
        assert 2 <= len(one.reply.split()) <= 12


def test_a_conversation_is_in_a_language_its_user_reads():
    rng = np.random.default_rng(0)
    shown = [example(rng, 0.9).observation for _ in range(100)]
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for one in shown:
        if one["user"] and chinese.search(one["prompt"]):
            assert "Chinese" in one["user"]
