"""Conversations that a host plays: the same as the environment's own."""

from __future__ import annotations

import gymnasium as gym
import pytest

import persona_env  # noqa: F401 - registers the environments
from persona_env.adapters.talks import answer, begin_talk
from persona_env.adapters.trl import reward, reward_columns
from persona_env.adapters.trl_environment import LEFT, environment
from persona_env.adapters.trl_rollout import rollout
from persona_env.errors import ArgumentError, UnknownNameError
from persona_env.reading import Readers
from persona_env.scenarios.case import Case
from tests.judges.moody import Moody

ENV = gym.make("PersonaChat-v0", register="tiny", max_turns=4, user_simulator="rule_based")


def case_of(env, user="sam", scenario="fluffy-rice"):
    return Case(env.scenarios.find(scenario), env.cases[user][0])


def test_a_talk_is_an_episode_of_the_environment():
    env = ENV.unwrapped
    talk = begin_talk(env, case_of(env), 0)
    env.reset(seed=0, options={"user": "sam", "scenario": "fluffy-rice"})
    over, total = False, 0.0
    while not over:
        reply = "No." if not talk.answers else env.oracle(env.scenario, env.user)
        _, earned, over, _, _ = env.step(reply)
        total += earned
        answer([talk], [reply])
    assert len(talk.answers) == 2
    assert talk.is_over
    assert talk.earned == pytest.approx(total)
    assert talk.verdict.reward == pytest.approx(total)
    assert [turn.text for turn in talk.env.turns] == [turn.text for turn in env.turns]


def test_replies_that_are_compared_meet_the_same_user():
    env = gym.make(
        "PersonaChat-v0", register="tiny", max_turns=3, max_topics=3, user_simulator="rule_based"
    ).unwrapped
    case = case_of(env)
    batches = [begin_talk(env, case, 0, batch) for batch in (0, 0, *range(1, 9))]
    good = env.oracle(*case)
    answer(batches, [good] * len(batches))
    heard = [talk.heard for talk in batches]
    assert heard[0] == heard[1]
    assert len({*heard}) > 1


def test_a_reply_that_a_judge_could_not_read_ends_the_talk():
    env = gym.make("PersonaChat-v0", max_turns=3, reader=Readers([Moody()])).unwrapped
    lost, other = (begin_talk(env, case_of(env), 0) for _ in range(2))
    answer([lost, other], ["Rinse it. fail: refusal", "Rinse it."])
    assert (lost.is_over, lost.verdict, lost.earned) == (True, None, None)
    assert other.earned > 0
    logs = {}
    function = reward(env)
    columns = {"scenario": ["fluffy-rice"] * 2, "user": ["sam"] * 2, "talk": [lost, other]}
    found = function(completions=["", ""], log_metric=logs.__setitem__, **columns)
    assert found == [None, other.earned]
    assert logs["invalid"] == 0.5
    assert "without_signal" not in logs


def begun(make, **row):
    one = make()
    one.reset(
        **{"env": "PersonaChat-v0", "scenario": "fluffy-rice", "user": "sam"} | row, prompt=[]
    )
    return one


def test_what_is_said_by_calls_and_in_plain_words_is_one_conversation():
    base, function = ENV.unwrapped, reward(ENV)
    make, good = environment(ENV, seed=3), base.oracle(*case_of(base))
    called, plain, silent, left = (begun(make) for _ in range(4))
    talk = begin_talk(base, case_of(base), 3)
    answer([talk], ["No."])
    assert called.say("No.") == talk.heard
    answer([talk], [good])
    assert left.say(good) == left.say("And more.") == LEFT
    call = {"role": "assistant", "tool_calls": [{"function": {"name": "say"}}]}
    heard = {"role": "tool", "content": "What?"}
    completions = [
        [call, heard, {"role": "assistant", "content": good}],
        [{"role": "assistant", "content": good}],
        [call],
        [call, heard],
    ]
    columns = {"scenario": ["fluffy-rice"] * 4, "user": ["sam"] * 4}
    own = [called, plain, silent, left]
    found = function(completions, environments=own, **columns)
    whole = base.score(good, *case_of(base)).reward
    assert found == pytest.approx([talk.earned, whole, 0.0, whole])
    assert function(completions, environments=own, **columns) == found  # nothing is said twice
    parts = [part(completions, environments=own, **columns) for part in reward_columns(ENV)]
    sums = [sum(one for one in each if one) for each in zip(*parts, strict=True)]
    assert sums == pytest.approx(found)


def test_an_environment_begins_anew_and_asks_for_a_row_first():
    one = environment(ENV)()
    with pytest.raises(RuntimeError, match=r"reset\(\) comes before the first reply"):
        one.say("No.")
    again = [begun(lambda: one).say("No.") for _ in range(2)]
    assert again[0] == again[1]
    with pytest.raises(UnknownNameError, match="Did you mean 'sam'"):
        begun(lambda: one, user="samm")


def test_an_environment_needs_further_turns():
    with pytest.raises(ArgumentError, match="max_turns of PersonaChat-v0 must be a whole number"):
        environment("PersonaChat-v0")


def test_a_rollout_needs_further_turns():
    with pytest.raises(ArgumentError, match="max_turns of PersonaChat-v0 must be a whole number"):
        rollout("PersonaChat-v0", [])
    assert rollout("PersonaChat-v0", [], max_turns=2).envs["PersonaChat-v0"].max_turns == 2
