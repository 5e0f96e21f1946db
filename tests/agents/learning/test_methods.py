"""What ``persona-env train --method --reward`` takes, and on what PPO is then trained."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import gymnasium as gym
import numpy as np
import pytest

from persona_env import reward_term
from persona_env.agents.learning.lesson import library
from persona_env.agents.learning.telling import COLUMNS, curve_of
from persona_env.agents.training.methods import METHODS, OPTIONS, TRAINERS
from persona_env.agents.training.options import TrainOptions, command_of
from persona_env.agents.training.run_envs import judged_envs, training_env
from persona_env.agents.training.train import train
from persona_env.errors import PersonaEnvError
from persona_env.evaluation.evaluate import persona_env_of
from persona_env.registration import load
from tests.agents.small_policy import save_word_policy

TERM = "tests.agents.learning.test_methods:few_words"
SAID = {"mean": 0.25}


@reward_term(name="few_words", uses="preferences.length", validity="for a test")
def few_words(view):
    """The same for every reply."""
    return SAID["mean"]


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    folder = tmp_path_factory.mktemp("methods")
    return TrainOptions(
        profiles=("sam", "nora"), scenarios=("fact",), steps=512, envs=8, judge_episodes=2,
        max_new_tokens=8, policy=str(save_word_policy(folder)), tracker=("none",), threads=1,
        quiet=True, output=folder / "run", reward=TERM,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"method": "dop"}, "dpo"),
        ({"method": "dpo", "reward": "reward_model:x"}, "--reward is for ppo, grpo, rloo"),
        ({"method": "sft", "floor": -3.0}, "--floor is for ppo"),
        ({"beta": 0.5}, "--beta is for dpo, ipo, robust, kto"),
        ({"method": "grpo", "together": 5}, "does not divide --batch 64"),
        ({"method": "rloo", "together": 1}, "at least 2 replies"),
        ({"per_user": True, "max_turns": 2}, "--per-user is for replies, not for conversations"),
        ({"whiten": True, "max_turns": 2}, "--whiten is for replies, not for conversations"),
        ({"method": "dpo", "whiten": True}, "--whiten is for ppo, grpo, rloo, ai-feedback"),
        ({"method": "sft", "data": "nowhere.jsonl"}, "no such file"),
        ({"method": "robust", "flips": 0.5}, "below 0.5"),
        ({"method": "kto", "beta": 0.0}, "--beta must be above 0"),
        ({"method": "grpo", "kl": -1.0}, "--kl must be at least 0"),
        ({"method": "best-of-n", "temperature": 0.0}, "--temperature must be above 0"),
        ({"pairs": 10}, "--pairs is of a run that collects comparisons: give --rounds"),
        ({"rounds": 2, "reward": "reward_model:x"}, "--rounds make their own"),
        ({"rounds": 1, "max_turns": 2}, "not conversations"),
        ({"method": "dpo", "rounds": 1, "learner": "grpo"}, "--learner is for ai-feedback"),
        ({"method": "ai-feedback", "learner": "dpo"}, "unknown learner 'dpo'"),
        ({"method": "two-rewards", "annotator": "simulated"}, "--annotator is for"),
        ({"method": "self-rewarding", "grades": "guessed"}, "unknown grades 'guessed'"),
        ({"method": "constitution", "learner": "rloo", "together": 5}, "does not divide"),
        ({"method": "constitution", "constitution": "nowhere.toml"}, "no such file"),
        ({"ptx": -1.0}, "--ptx must be at least 0"),
    ],
)
def test_mistakes_are_told_at_once(given, said):
    with pytest.raises(PersonaEnvError, match=said):
        TrainOptions(**given)


def test_the_tables_of_methods_are_of_options_and_functions_that_there_are():
    names = set(TrainOptions.__dataclass_fields__)
    assert set(OPTIONS) <= names
    assert {taker for takers in OPTIONS.values() for taker in takers} <= set(METHODS)
    for entry in TRAINERS.values():
        assert callable(load(entry))


def test_the_command_of_a_run_has_its_method():
    given = TrainOptions(method="grpo", reward="reward_model:runs/r", per_user=True)
    assert command_of(given) == (
        "persona-env train --method grpo --reward reward_model:runs/r --per-user"
    )


def test_what_is_missing_is_answered_with_what_to_install():
    with pytest.raises(PersonaEnvError, match=r"pip install 'persona_env\[learning\]'"):
        library("no_such_library_of_learning")


def test_the_reward_is_trained_on_and_the_environments_own_is_judged_by(options):
    assert [term.name for term in training_env(options).terms] == ["few_words"]
    envs, _ = judged_envs(options)
    judged = [term.name for term in persona_env_of(envs[""]).terms]
    assert "few_words" not in judged
    assert len(judged) > 5
    rule = replace(options, reward="rule")
    assert [term.name for term in training_env(rule).terms] == judged


def test_ppo_learns_from_another_reward_than_it_is_judged_by(options):
    folder = train(options)
    with (folder / "curve.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    ended = 1 - float(row["cut"])  # a reply that is cut earns nothing
    assert float(row["reward"]) == pytest.approx(SAID["mean"] * ended, abs=1e-3)
    report = json.loads((folder / "before.json").read_text("utf-8"))
    assert report["reward"]["mean"] != SAID["mean"]


def test_per_user_rewards_of_ppo_are_told_as_they_were_earned(options, monkeypatch):
    from persona_env.agents.ppo.per_user import RewardsByHistory

    seen = []
    plain = RewardsByHistory.step_wait

    def noting(self):
        found = plain(self)
        seen.extend(
            (self.baselines, found[1][i], found[3][i]["earned"]) for i in np.flatnonzero(found[2])
        )
        return found

    monkeypatch.setattr(RewardsByHistory, "step_wait", noting)
    rule = replace(options, reward="rule", per_user=True, output=options.output.with_name("own"))
    folder = train(rule)
    with (folder / "curve.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    baselines = seen[-1][0]
    assert set(baselines.users) == {"sam", "nora"}
    assert sum(one.count for one in baselines.users.values()) == len(seen)
    earned = [was for _, _, was in seen]
    assert float(row["reward"]) == pytest.approx(np.mean(earned), abs=1e-3)
    assert baselines.everybody.mean == pytest.approx(np.mean(earned), abs=1e-4)


def test_a_curve_has_the_columns_that_a_report_reads():
    line = {"reward": 0.5, "reward_std": 0.1, "kl": 0.01, "tokens": 64, "seconds": 1.5}
    rows = [*csv.DictReader(curve_of([{"loss": 1.0}, line]).splitlines())]
    assert [row["step"] for row in rows] == ["64"]
    assert set(rows[0]) == set(COLUMNS)
    assert curve_of([{"loss": 1.0}]) == ""


@pytest.mark.parametrize(("register", "together"), [("tiny", 352), ("natural", 864)])
def test_a_row_has_room_for_a_profile_in_words(register, together, tmp_path):
    given = TrainOptions(output=tmp_path, register=register, policy="persona-tiny")
    env = gym.make("PersonaChat-v0", register=register).unwrapped
    assert given.lengths_in(env) == (128, together)
    own = replace(given, max_new_tokens=64, context_length=400)
    assert own.lengths_in(env) == (64, 400)
