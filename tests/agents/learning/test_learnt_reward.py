"""A saved reward model pays as a reward term, in environments and in copies of them."""

from __future__ import annotations

import pickle

import gymnasium as gym
import pytest

from persona_env.agents import load_policy
from persona_env.agents.learning.ai_feedback import expected_grade
from persona_env.agents.learning.reward_model import RewardModel, Said
from persona_env.errors import PersonaEnvError
from persona_env.messages import as_messages
from persona_env.preferences import Candidates

REPLY = "Rinse it."
CASE = ("fluffy-rice", "sam")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "reward"
    model = RewardModel.fresh("persona-tiny", sees="prompt", seed=3)
    model.told = "short"
    model.save(path)
    return path


def test_the_reward_is_the_models_score(folder):
    options = {"register": "tiny", "terms": [f"reward_model:{folder}"], "gates": []}
    env = gym.make("PersonaChat-v0", **options).unwrapped
    verdict = env.score(REPLY, *CASE)
    seen = env.observe(env.scenarios.find(CASE[0]), env.cases[CASE[1]][0])
    (expected,) = RewardModel.load(folder).scores([Said(tuple(as_messages(seen)), REPLY)])
    assert verdict.terms == {"reward_model": pytest.approx(expected, abs=1e-5)}
    assert verdict.reward == pytest.approx(expected, abs=1e-5)
    assert verdict.reward != env.score("Boil it.", *CASE).reward
    copied = pickle.loads(pickle.dumps(env))  # noqa: S301
    assert copied.score(REPLY, *CASE).reward == verdict.reward


def test_a_model_that_was_told_in_words_is_told_in_words(tmp_path):
    model = RewardModel.fresh("persona-tiny", sees="prompt", seed=3)
    model.save(tmp_path / "words")
    env = gym.make("PersonaChat-v0", terms=[f"reward_model:{tmp_path / 'words'}"], gates=[])
    env = env.unwrapped
    seen = env.observe(env.scenarios.find(CASE[0]), env.cases[CASE[1]][0])
    (expected,) = model.eval().scores([Said(tuple(as_messages(seen)), REPLY)])
    assert env.score(REPLY, *CASE).reward == pytest.approx(expected, abs=1e-5)


def test_vectors_ask_once_for_all_rows(folder):
    options = {"register": "tiny", "terms": [f"reward_model:{folder}"], "gates": []}
    envs = gym.make_vec("PersonaChat-v0", num_envs=3, **options)
    envs.reset(seed=0)
    rewards = envs.step((REPLY,) * 3)[1]
    assert rewards.shape == (3,)
    assert ((rewards > 0) & (rewards < 1)).all()


def test_a_factorised_model_and_no_model_are_refused(tmp_path):
    RewardModel.fresh("persona-tiny", sees="factorised", users=("sam",)).save(tmp_path / "f")
    with pytest.raises(PersonaEnvError, match="is factorised"):
        gym.make("PersonaChat-v0", terms=[f"reward_model:{tmp_path / 'f'}"])
    with pytest.raises(PersonaEnvError, match="holds no reward model"):
        gym.make("PersonaChat-v0", terms=[f"reward_model:{tmp_path / 'none'}"])


def test_a_language_model_grades_as_a_reward():
    env = gym.make("PersonaChat-v0", terms=["graded_by:persona-tiny"], gates=[]).unwrapped
    seen = env.observe(env.scenarios.find(CASE[0]), env.cases[CASE[1]][0])
    asked = Candidates(
        prompt=seen["prompt"], messages=tuple(as_messages(seen)), replies=(REPLY, "x")
    )
    grade = expected_grade(*load_policy("persona-tiny"), asked, REPLY)
    assert env.score(REPLY, *CASE).reward == pytest.approx((1 + grade) / 2, abs=1e-6)
    assert 0 < (1 + grade) / 2 < 1
