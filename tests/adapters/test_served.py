"""The checks of a served environment: a good one passes, and each fault is caught by its check."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from persona_env.adapters.openenv import most_sessions, served_sessions, shown
from persona_env.adapters.served_checks import check_served
from persona_env.errors import ArgumentError, PersonaEnvError, RewardError

CANARY = {"reset": {"user": "nora", "scenario": "deepest-lake"}, "actions": [{"reply": ""}]}


@pytest.fixture(scope="module")
def sessions():
    return served_sessions({"PERSONA_ENV_OPTIONS": '{"register": "tiny"}'})


class Client:
    """A client without a server; ``pay`` changes what it pays."""

    def __init__(self, sessions, pay=lambda reward, action: reward):
        self.session, self.pay = sessions.open(), pay

    def reset(self, seed=None, **case):
        seen, info = self.session.reset(seed, case or None)
        return SimpleNamespace(observation=shown(seen, info))

    def step(self, action):
        seen, reward, done, _, info = self.session.step(action["reply"])
        paid = self.pay(reward, action["reply"])
        return SimpleNamespace(observation=shown(seen, info), reward=paid, done=done)


def failing(sessions, one, two=None, most=0.3):
    two = two or Client(sessions)
    found = check_served(one, two, sessions.env, [{**CANARY, "most": most}], episodes=3)
    assert len(found) == 5
    return {check.name for check in found if not check.passed}


def test_what_is_served_passes(sessions):
    assert failing(sessions, Client(sessions)) == set()


def test_each_fault_is_caught(sessions):
    constant = Client(sessions, lambda reward, reply: 1.0)
    assert failing(sessions, constant) == {"floor gap", "canaries", "determinism", "gameability"}
    halved = Client(sessions, lambda reward, reply: reward / 2)
    assert failing(sessions, halved, halved) == {"oracle"}
    assert failing(sessions, Client(sessions), most=-1) == {"canaries"}


def test_no_number_is_an_error(sessions):
    with pytest.raises(RewardError, match="the reward None"):
        failing(sessions, Client(sessions, lambda reward, reply: None))


def test_wrong_variables_are_told():
    with pytest.raises(ArgumentError, match="JSON object such as"):
        served_sessions({"PERSONA_ENV_OPTIONS": "max_turns=3"})
    with pytest.raises(ArgumentError, match="a dict of options"):
        served_sessions({"PERSONA_ENV_OPTIONS": "[]"})
    with pytest.raises(ArgumentError, match="at least 1"):
        most_sessions({"PERSONA_ENV_SESSIONS": "0"})
    with pytest.raises(PersonaEnvError, match="PersonaChat-v0"):
        served_sessions({"PERSONA_ENV": "PersonaChatt-v0"})
