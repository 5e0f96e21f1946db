"""Agents by name: the reference agents, and one's own as a registry string."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from persona_env import evaluate, make_agent
from persona_env.agent import ReferenceAgent
from persona_env.cli.app import app
from persona_env.errors import PersonaEnvError, UnknownNameError

from .support import shared_env


def yes(observations):
    """Agrees."""
    return ["Yes."] * len(observations)


class Knows(ReferenceAgent):
    """Tells the reference reply."""

    def __init__(self, env):
        self.env = env

    def answer(self, cases):
        return [self.env.oracle(*case) for case in cases]


def test_a_function_is_the_agent_and_a_class_is_made_with_the_environment():
    env = shared_env("heldout")
    assert make_agent("tests.test_agents_by_name:yes", env)([{}, {}]) == ["Yes.", "Yes."]
    made = make_agent("tests.test_agents_by_name:Knows", env)
    assert made.env is env
    assert evaluate(made, env, episodes=4).reward.mean > 0.9


@pytest.mark.parametrize("name", ["nowhere:agent", "tests.support:nothing", "tests.support:"])
def test_what_cannot_be_loaded_is_an_error(name):
    with pytest.raises(PersonaEnvError, match="cannot load agent"):
        make_agent(name, shared_env())


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="mean 'oracle'"):
        make_agent("orcale", shared_env())


def fails(observations):
    """Raises in a function that it calls."""
    return [_look_up(one["prompt"]) for one in observations]


def _look_up(prompt):
    raise KeyError("colour")


class Fails(ReferenceAgent):
    """The same, told the case."""

    def answer(self, cases):
        return fails([{"prompt": "?"}])


def takes_nothing():
    """No agent."""


@pytest.mark.parametrize("turns", ["1", "2"])
@pytest.mark.parametrize("agent", ["fails", "Fails"])
def test_an_agent_that_raises_is_named_with_class_file_and_line(agent, turns, monkeypatch):
    monkeypatch.setattr(Fails, "__init__", lambda self, env: None)
    name = f"tests.test_agents_by_name:{agent}"
    line = _look_up.__code__.co_firstlineno + 1
    found = CliRunner().invoke(app, ["eval", "--episodes", "2", "--turns", turns, "--agent", name])
    assert found.exit_code == 2
    assert found.stderr.startswith(f"error: agent {name!r}: KeyError: 'colour' ({__file__}, ")
    assert f", line {line}, in _look_up)" in found.stderr


def test_what_cannot_be_called_so_is_named_too():
    name = "tests.test_agents_by_name:takes_nothing"
    found = CliRunner().invoke(app, ["eval", "--episodes", "2", "--agent", name])
    assert found.exit_code == 2
    assert f"agent {name!r}: TypeError: takes_nothing() takes 0" in found.stderr


def test_the_command_takes_it():
    few = ["eval", "--episodes", "2", "--agent"]
    found = CliRunner().invoke(app, [*few, "tests.test_agents_by_name:yes"])
    assert found.exit_code == 0, found.output
    wrong = CliRunner().invoke(app, [*few, "tests.test_agents_by_name:no"])
    assert wrong.exit_code == 2
    assert "cannot load agent" in wrong.output
