"""Prompts of one's own: a file or a data set becomes scenarios without references."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest

from persona_env import PersonaEnvError
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import ScenarioError
from persona_env.judges.question import question_of
from persona_env.reading import Ask
from persona_env.scenarios.case import Case
from persona_env.scenarios.prompts import find_prompts, load_prompts, read_prompts

ROWS = [
    {"prompt": "Why is the sky blue?", "user": "sam", "id": 7},
    {"prompt": "¿Por qué es azul el cielo?", "category": "science"},
    {"prompt": [{"role": "user", "content": "天空为什么是蓝色的？"}], "language": "zh"},
    {"prompt": "How do I keep basil alive?", "split": "heldout", "user": None},
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "asked.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    return path


def test_a_row_is_a_scenario(file):
    found = read_prompts(file)
    assert [one.id for one in found] == ["7", "asked-2", "asked-3", "asked-4"]
    assert [[*one.texts] for one in found] == [["en"], ["es"], ["zh"], ["en"]]
    assert [one.users for one in found] == [("sam",), (), (), ()]
    assert [one.category for one in found] == ["prompt", "science", "prompt", "prompt"]
    assert [one.split for one in found] == ["train", "train", "train", "heldout"]
    assert found[2].text("zh").prompt == "天空为什么是蓝色的？"
    assert not any(one.has_references for one in found)
    assert [one.split for one in read_prompts(file, "heldout")] == ["heldout"] * 4


def test_who_asks_what(file):
    env = PersonaChatEnv(scenarios=[file], profiles=["sam", "leo"], split="all")
    asked = {name: [one.id for one in pool] for name, (_, pool) in env.cases.items()}
    assert asked == {"sam": ["7", "asked-4"], "leo": ["asked-4"]}
    verdict = env.score("It scatters blue light more.", "7", "sam")
    assert verdict.terms["length"] == 1.0
    assert "key_points" not in verdict.terms
    with pytest.raises(ScenarioError, match="no such user can ask"):
        env.reset(options={"user": "leo", "scenario": "7"})


def test_without_profiles_those_ask_whom_the_prompts_name(tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(ROWS[0]), encoding="utf-8")
    assert [user.id for user in PersonaChatEnv(scenarios=[path]).users] == ["sam"]
    path.write_text(json.dumps(ROWS[0] | {"user": "sma"}), encoding="utf-8")
    with pytest.raises(PersonaEnvError, match=r"'sma'\. Did you mean 'sam'"):
        PersonaChatEnv(scenarios=[path])


def test_without_profiles_nobody_is_asked_what_they_cannot_read(file):
    users = PersonaChatEnv(scenarios=read_prompts(file)[1:2]).users
    assert users
    assert all("es" in user.context.languages for user in users)


def test_the_tiny_register_needs_references(file):
    with pytest.raises(ScenarioError, match=r"'7' has a prompt alone.*leave out register='tiny' "):
        PersonaChatEnv(scenarios=[file], register="tiny")


def test_a_judge_is_told_of_no_answer_where_there_is_none(file):
    scenario = read_prompts(file)[0]
    question = question_of(Ask(scenario, "en", "So."))
    assert "# Notes on the prompt\n\nThere are none." in question.before


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "no rows"),
        (
            [{"question": "Hm?", "user": "sam"}],
            r"lacks \['prompt'\].*this one has \['question', 'user'\]",
        ),
        (
            [{"prompt": "a", "id": "x"}, {"prompt": "b", "id": "x"}],
            r"have? the id \['x'\]|has the id \['x'\]",
        ),
        ([{"prompt": "a", "language": "xx"}], "line 1: .*'xx' is not one of"),
        ([{"prompt": "a", "split": "test"}], "line 1: split"),
    ],
)  # fmt: skip
def test_rows_that_are_wrong(tmp_path, rows, said):
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with pytest.raises(ScenarioError, match=said):
        read_prompts(path)


class Data(list):
    column_names = ("prompt", "user")


def test_a_data_set(monkeypatch):
    asked = []

    def load_dataset(*names, split):
        asked.append((*names, split))
        if names[0] == "no/such":
            raise FileNotFoundError("no such data set")
        return Data(ROWS[:1])

    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=load_dataset))
    (found,) = find_prompts("hub:org/questions:test")
    assert (found.id, found.users) == ("7", ("sam",))
    load_prompts("hub:org/questions:plain:test")
    assert asked == [("org/questions", "test"), ("org/questions", "plain", "test")]
    with pytest.raises(ScenarioError, match="hub:no/such:test: FileNotFoundError: no such data"):
        load_prompts("hub:no/such:test")
    with pytest.raises(ScenarioError, match="give hub:NAME:SPLIT"):
        load_prompts("hub:org/questions")
    monkeypatch.setattr(Data, "column_names", ("question", "id"))
    with pytest.raises(ScenarioError, match=r"or 'messages', it has \['question', 'id'\]"):
        load_prompts("hub:org/questions:test")


def test_a_data_set_needs_its_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(PersonaEnvError, match=r"pip install 'persona_env\[suites\]'"):
        load_prompts("hub:org/questions:test")


TALK = [
    {"role": "user", "content": "Name a tall mountain."},
    {"role": "assistant", "content": "Aconcagua."},
    {"role": "user", "content": "And a river?"},
]


def test_what_was_said_before_is_shown_and_judged(tmp_path):
    path = tmp_path / "talks.jsonl"
    path.write_text(json.dumps({"messages": TALK, "user": "sam", "id": "t"}), encoding="utf-8")
    env = PersonaChatEnv(scenarios=[path])
    observation, info = env.reset(seed=0)
    assert observation["prompt"] == "And a river?"
    assert "Aconcagua." in observation["transcript"]
    assert info["messages"][1:] == TALK
    assert env.observation_space.contains(observation)
    _, _, ended, _, _ = env.step("The Paraná, which is 4880 km long.")
    assert ended
    exchange = env.exchange_of(Case(env.scenario, env.user), "The Paraná.")
    assert [turn.text for turn in exchange.transcript] == [turn["content"] for turn in TALK]


def test_what_was_said_before_has_room(tmp_path):
    long = [TALK[0], {"role": "assistant", "content": "a " * 40_000}, TALK[2]]
    path = tmp_path / "talks.jsonl"
    path.write_text(json.dumps({"messages": long}), encoding="utf-8")
    env = PersonaChatEnv(scenarios=[path], profiles=["sam"])
    observation, _ = env.reset(seed=0)
    assert env.observation_space.contains(observation)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"messages": TALK[:2]}, "must end with what the user asks"),
        ({"messages": TALK[1:]}, "the user first and the assistant last"),
        ({"messages": TALK, "prompt": "Why?"}, "both 'prompt' and 'messages'"),
        ({"messages": [{"role": "system", "content": "Be kind."}, *TALK]}, "role"),
        ({"messages": "Why?"}, "'messages': "),
        ({"messages": []}, "must end with what the user asks"),
    ],
)
def test_messages_that_are_no_talk(tmp_path, row, said):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(ScenarioError, match=f"line 1.*{said}"):
        read_prompts(path)
