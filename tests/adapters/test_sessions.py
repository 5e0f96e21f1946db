"""Episodes in several threads: each its own, judged together, and never a number for no answer."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from persona_env.adapters import sessions as sessions_module
from persona_env.adapters.sessions import Sessions
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import ActionError, JudgeError, NoEpisodeError, RewardError
from persona_env.judges import judge_readers

from ..judges.fake_server import completion, obeying, serving

LAKE = {"user": "nora", "scenario": "deepest-lake"}


@pytest.fixture(scope="module")
def sessions():
    return Sessions(PersonaChatEnv(register="tiny", max_turns=2))


def test_a_session_steps_as_the_environment_does(sessions):
    env, session = PersonaChatEnv(register="tiny", max_turns=2), sessions.open()
    for reply in ("I do not know.", "Lake Baikal."):
        if reply == "I do not know.":
            env.reset(seed=3, options=LAKE)
            session.reset(3, LAKE)
        mine, its = session.step(reply), env.step(reply)
        assert mine[1:4] == its[1:4]
        assert mine[4] == its[4]
        assert mine[0]["transcript"] == its[0]["transcript"]


def test_threads_keep_their_own_episodes(sessions):
    def played(number):
        session = sessions.open()
        _, info = session.reset(number)
        asked = info["messages"][-1]["content"]
        seen, reward, *_ = session.step(f"It is {number}.")
        assert f"It is {number}." in seen["transcript"]
        assert asked in seen["transcript"]
        return reward

    with ThreadPoolExecutor(8) as pool:
        together = [*pool.map(played, range(40))]
    assert together == [played(number) for number in range(40)]
    assert len(set(together)) > 3


def test_misuse_is_told(sessions):
    session = sessions.open()
    with pytest.raises(NoEpisodeError, match="call reset"):
        session.step("Hi")
    session.reset(0)
    with pytest.raises(ActionError, match="a reply is a text"):
        session.step(None)


def test_a_judge_that_fails_leaves_the_episode_where_it_was():
    answers = ["no JSON"]
    with serving(obeying(lambda body, number: completion(answers[0]))) as fake:
        env = PersonaChatEnv(reader=judge_readers(f"m@{fake.url}"), max_turns=2)
        session = Sessions(env).open()
        session.reset(1, LAKE)
        with pytest.raises(JudgeError, match="has no reward"):
            session.step("Lake Baikal, I think.")
        assert fake.questions
    assert session.env.turns == ()
    assert session.verdict is None


def test_a_term_that_fails_on_one_reply_spoils_no_other(monkeypatch):
    sessions = Sessions(PersonaChatEnv(register="tiny"))
    judged = sessions_module.judge_all

    def fails_on_x(exchanges, terms):
        if any(one.reply == "x" for one in exchanges):
            raise RewardError("term 'mine' failed on 'x'")
        return judged(exchanges, terms)

    monkeypatch.setattr(sessions_module, "judge_all", fails_on_x)
    waiting = []
    for reply in ("x", "Lake Baikal."):
        sessions.env.reset(seed=1, options=LAKE)
        waiting.append((sessions.env.exchange(reply), Future()))
    sessions._settle(waiting)  # both in one batch
    with pytest.raises(RewardError, match="failed on 'x'"):
        waiting[0][1].result()
    assert waiting[1][1].result().gates["factuality"] == 1
