"""A judge as a reader: one question a reply, whoever asks, and what others read stays."""

from __future__ import annotations

import json

import gymnasium as gym
import pytest

from persona_env import load_profile
from persona_env.errors import ArgumentError, JudgeError, UnknownNameError
from persona_env.judges import Answer, LocalJudge, Record, ReplayJudge, find_judge, judge_readers
from persona_env.judges.judge import FIELDS, Judge
from persona_env.reading import Choice, Degree, Readers, Reading, find_reader
from persona_env.rewards.compose import judge_all
from persona_env.rewards.exchange import Exchange
from persona_env.users.description import describe
from tests.judges.cases import VIOLIN, ask_about
from tests.judges.fake_server import GOOD, completion, obeying, serving


class Noting(Judge):
    """Answers everything alike, and notes what it was asked."""

    def __init__(self, text=None, **options):
        super().__init__("m", {}, **options)
        self.asked, self.text = [], json.dumps(GOOD) if text is None else text

    def answers(self, questions):
        self.asked += questions
        for place in range(len(questions)):
            yield place, Answer(self.text)


def test_it_fills_what_is_unread_and_leaves_what_was_read():
    known = Reading(warm=Degree(0.1, "heads"), words=3.0, act=Choice("ask", "heads"))
    (found,) = Noting().fill([ask_about("Four.")], [known])
    assert (found.warm, found.act, found.words) == (known.warm, known.act, 3.0)
    assert (found.formal.value, found.formal.by) == (0.2, "judge")


def test_with_all_fields_its_reading_goes_before():
    known = Reading(warm=Degree(0.1, "heads"), words=3.0)
    (found,) = Noting(all_fields=True).fill([ask_about("Four.")], [known])
    assert (found.warm.value, found.warm.by, found.words) == (0.8, "judge", 3.0)


def test_it_asks_once_for_each_different_reply():
    judge = Noting()
    asks = [ask_about(reply) for reply in ("One.", "Two.", "One.", " One.\n", "Two.")]
    found = judge.fill(asks, [Reading()] * 5)
    assert len(judge.asked) == 2
    assert all(one.warm.value == 0.8 for one in found)


def test_it_does_not_ask_where_nothing_is_unread_or_nothing_is_said():
    judge = Noting()
    (full,) = judge.fill([ask_about("Four.")], [Reading()])
    judge.asked.clear()
    assert judge.fill([ask_about("Five.")], [full]) == [full]
    assert judge.fill([ask_about(" \n")], [Reading()]) == [Reading()]
    assert judge.fill([], []) == []
    assert not judge.asked


def test_fields_are_those_of_a_reading():
    assert set(Reading().unread) >= set(FIELDS)


def test_all_users_share_one_question():
    judge = Noting()
    env = gym.make("PersonaChat-v0", register="natural", reader=Readers([judge])).unwrapped
    users = env.users[:12]
    exchanges = [Exchange(VIOLIN, user, "It has four strings.", "en") for user in users]
    verdicts = judge_all(exchanges, env.terms)
    assert len(judge.asked) == 1
    assert len({verdict.reward for verdict in verdicts}) > 1
    assert not any(describe(user) in judge.asked[0].user for user in users)


def test_a_judge_that_fails_lowers_the_coverage_and_nothing_else():
    user = load_profile("amina")
    rewards = {}
    for text in (json.dumps(GOOD), "no idea"):
        readers = Readers([*find_reader("rules").readers, Noting(text)])
        env = gym.make("PersonaChat-v0", split="all", register="natural", reader=readers).unwrapped
        rewards[text] = env.score("It has four strings.", VIOLIN, user)
    whole, failed = rewards.values()
    assert failed.coverage < whole.coverage
    assert failed.gates["factuality"] == 0.75


def test_a_step_asks_once():
    judge = Noting()
    env = gym.make("PersonaChat-v0", register="natural", reader=Readers([judge]))
    env.reset(seed=0)
    env.step("It has four strings.")
    assert len(judge.asked) == 1


def test_readers_by_name(tmp_path):
    path = tmp_path / "a+judge:b@http.jsonl"
    Noting(record=Record(path)).fill([ask_about("One.")], [Reading()])
    assert find_reader(f"replay:{path}").name == "rules+judge:m"
    assert find_reader(f"heads+replay:{path}").name == "rules+heads+judge:m"
    found = find_reader("rules+judge:org/m@v2@https://example.org/v1").readers[-1]
    assert found.model == "org/m@v2"
    assert found.endpoint.url == "https://example.org/v1/chat/completions"
    assert isinstance(find_reader("local:org/m").readers[-1], LocalJudge)
    with pytest.raises(UnknownNameError, match="Did you mean 'heads'"):
        find_reader("haeds+judge:m@http://x/v1")
    with pytest.raises(JudgeError, match="give MODEL@URL"):
        find_reader("judge:m")
    with pytest.raises(JudgeError, match="names no judge"):
        find_judge("oracle:m")


def test_readers_of_the_command_line(tmp_path):
    path = tmp_path / "r.jsonl"
    with pytest.raises(JudgeError, match="holds no answers"):
        judge_readers(record=path)
    for options in ({}, {"key_env": "A"}, {"record": path, "max_calls": 3}):
        with pytest.raises(ArgumentError, match="--judge MODEL@URL"):
            judge_readers(**options)
    with serving(obeying(lambda body, number: completion(json.dumps(GOOD)))) as fake:
        readers = judge_readers(f"m@{fake.url}", record=path, max_calls=2)
        first = readers.read(ask_about("It has four."))
        assert len(fake.bodies) == 2
    assert first.form.by == "rules"
    assert first.warm.by == "judge"
    assert judge_readers(record=path).read(ask_about("It has four.")) == first
    assert isinstance(judge_readers(record=path).readers[-1], ReplayJudge)
