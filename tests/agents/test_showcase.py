"""What a training run is judged on: held-out scenarios of what it was given, or it says so."""

from __future__ import annotations

import json
import logging

import pytest

from persona_env import UserProfile, load_scenarios
from persona_env.agent import Cut
from persona_env.agents.training import showcase
from persona_env.agents.training.options import TrainOptions
from persona_env.agents.training.run_envs import judged_envs
from persona_env.agents.training.showcase import asked, judge
from persona_env.agents.training.token_envs import token_envs
from persona_env.errors import ScenarioError
from persona_env.evaluation.evaluate import persona_env_of
from persona_env.scenarios.case import prompt_language

from ..support import tiny_codec

TRAINED = next(s.id for s in load_scenarios("train", "fact") if "en" in s.texts)
HELD_OUT = next(s.id for s in load_scenarios("heldout", "fact") if "en" in s.texts)
FILE = """
category = "fact"
[families]
one = "train"
two = "{}"
[[scenario]]
id = "mine"
family = "one"
[scenario.en]
prompt = "Is tea hot?"
answer = "Yes."
[[scenario]]
id = "other"
family = "two"
[scenario.en]
prompt = "Is ice cold?"
answer = "Yes."
"""


def judged(*names, profiles=("sam", "nora")):
    envs, held_out = judged_envs(TrainOptions(profiles=profiles, scenarios=names or None))
    return {key: [s.id for s in persona_env_of(e).scenarios] for key, e in envs.items()}, held_out


def file(tmp_path, split):
    path = tmp_path / "mine.toml"
    path.write_text(FILE.format(split), encoding="utf-8")
    return str(path)


def test_categories_are_judged_on_their_held_out_part():
    found, held_out = judged("fact")
    assert held_out
    assert found == {"": [s.id for s in load_scenarios("heldout", "fact")]}


def test_a_file_is_judged_on_its_held_out_families(tmp_path):
    found, held_out = judged(file(tmp_path, "heldout"))
    assert (found, held_out) == ({"": ["other"]}, True)


def test_a_scenario_that_is_trained_on_is_never_called_held_out():
    assert judged(TRAINED) == ({"": [TRAINED]}, False)
    found, held_out = judged(TRAINED, "hazard")
    assert (found, held_out) == ({"": [s.id for s in load_scenarios("heldout", "hazard")]}, True)
    with pytest.raises(ScenarioError, match=f"scenario '{HELD_OUT}' is held out"):
        judged(HELD_OUT, "fact")


def test_a_file_of_one_split_is_judged_on_the_training(tmp_path):
    found, held_out = judged(file(tmp_path, "train"))
    assert (found, held_out) == ({"": ["mine", "other"]}, False)


def test_held_out_users_judge_beside_those_of_the_training(tmp_path):
    for name, ids in (("opinion", [s.id for s in load_scenarios("heldout", "opinion")]),
                      (TRAINED, [TRAINED])):  # fmt: skip
        options = TrainOptions(scenarios=(name,))
        envs, _ = judged_envs(options)
        users = {key: {u.split for u in persona_env_of(env).users} for key, env in envs.items()}
        assert users == {"": {"train"}, "_heldout": {"heldout"}}
        assert all([s.id for s in persona_env_of(env).scenarios] == ids for env in envs.values())


def test_all_that_ships_is_judged_on_what_is_held_out():
    envs, held_out = judged_envs(TrainOptions())
    assert held_out
    splits = {s.split for env in envs.values() for s in persona_env_of(env).scenarios}
    assert splits == {"heldout"}


def test_a_judgement_on_the_training_is_told(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(
        showcase, "LanguageModelAgent", lambda *_: lambda seen: ["Yes."] * len(seen)
    )
    for name, told in (("fact", 0), (TRAINED, 1)):
        caplog.clear()
        options = TrainOptions(profiles=("sam",), scenarios=(name,), output=tmp_path / name)
        with caplog.at_level(logging.WARNING):
            judge(options, judged_envs(options)[0], "before", (None, None))
        assert [r.getMessage().count("nothing of the scenarios is held out")
                for r in caplog.records] == [1] * told  # fmt: skip
        splits = json.loads((tmp_path / name / "before.json").read_text("utf-8"))["splits"]
        assert list(splits) == (["train"] if told else ["heldout"])


@pytest.mark.parametrize(
    ("method", "cut", "told"),
    [("grpo", 2, True), ("constitution", 2, True), ("sft", 2, False), ("ppo", 1, False)],
)
def test_it_is_told_where_most_replies_do_not_end(method, cut, told, tmp_path, monkeypatch, caplog):
    """Of methods that sample: those replies earn nothing, and a run would be silent about it."""
    said = [Cut("Yes and")] * cut + ["Yes."] * (3 - cut)
    monkeypatch.setattr(showcase, "LanguageModelAgent", lambda *_: lambda seen: said[: len(seen)])
    options = TrainOptions(
        method=method, profiles=("sam",), scenarios=("fact",), judge_episodes=3,
        max_new_tokens=8, output=tmp_path,
    )  # fmt: skip
    envs, _ = judged_envs(options)
    with caplog.at_level(logging.WARNING):
        judge(options, envs, "before", (None, None))
        judge(options, envs, "after", (None, None))
    messages = [r.getMessage() for r in caplog.records]
    expected = "2 of 3 replies of the initial policy did not end within 8 tokens"
    assert sum(expected in one for one in messages) == told


@pytest.mark.parametrize("profiles", [("sam",), ("sam", "nora"), ("sam", "nora", "leo", "wei")])
def test_examples_show_as_many_users_as_there_are(profiles):
    env = judged_envs(TrainOptions(profiles=profiles, scenarios=("fact", "opinion")))[0][""]
    found = asked(env)
    assert [scenario.category for scenario, _ in found] in (["fact", "opinion"],
                                                            ["opinion", "fact"])  # fmt: skip
    for scenario, users in found:
        able = [u for u in persona_env_of(env).users if prompt_language(scenario, u) is not None]
        assert len(users) == len({u.id for u in users}) == min(3, len(able))
    assert found == asked(env)


def test_examples_ask_what_most_users_can_ask():
    """Two users of one language and one of another: a scenario that has both is shown."""
    env = judged_envs(TrainOptions(profiles=("sam", "nora", "wei"), scenarios=("fact",)))[0][""]
    ((scenario, users),) = asked(env)
    assert {"en", "zh"} <= set(scenario.texts)
    assert {user.id for user in users} == {"sam", "nora", "wei"}


def test_users_who_want_the_same_are_shown_once_each():
    users = [UserProfile(id=name, context={"languages": ["en"]}) for name in ("a", "b", "c")]
    env = judged_envs(TrainOptions(profiles=users, scenarios=("fact",)))[0][""]
    ((_, shown),) = asked(env)
    assert sorted(user.id for user in shown) == ["a", "b", "c"]


def test_a_run_of_conversations_is_judged_on_conversations(tmp_path, monkeypatch):
    talk = {"max_turns": 3, "user_simulator": "rule_based", "max_topics": 2}
    options = TrainOptions(profiles=("sam",), scenarios=("fact",), output=tmp_path, envs=4, **talk)
    rows = token_envs(options, tiny_codec(), tiny_codec().size).env
    assert {(row.max_turns, row.max_topics) for row in rows._texts} == {(3, 2)}
    monkeypatch.setattr(showcase, "EPISODES_A_USER", 3)
    says = ["I do not know."]
    monkeypatch.setattr(showcase, "LanguageModelAgent", lambda *_: lambda seen: says * len(seen))
    judge(options, judged_envs(options)[0], "before", (None, None))
    report = json.loads((tmp_path / "before.json").read_text(encoding="utf-8"))
    assert [turn["reached"] for turn in report["per_turn"]] == [3, 3, 3]
