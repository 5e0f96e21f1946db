"""Which register an environment, an agent and a command are in, and what follows from it."""

from __future__ import annotations

import math

import gymnasium as gym
import pytest

from persona_env import evaluate
from persona_env.adapters import trl
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import AgentError, ArgumentError
from persona_env.reading import Ask, find_reader
from persona_env.registration import find_policy, make_agent, register_of
from persona_env.text_envs import who_reads

from .support import hugging_face, tiny_codec


def test_text_is_natural_and_tokens_of_the_bundled_tokenizer_are_tiny():
    assert gym.make("PersonaChat-v0").unwrapped.register == "natural"
    tokens = [gym.make("PersonaChatTokens-v0", tokenizer=t) for t in (None, tiny_codec())]
    assert {env.unwrapped.register for env in tokens} == {"tiny"}
    read = gym.make("PersonaChatTokens-v0", reader="rules").unwrapped
    assert (read.register, read.readers.name) == ("natural", "rules")
    vector = gym.make_vec("PersonaChatTokens-v0", 1, vectorization_mode="vector_entry_point")
    assert vector.envs[0].unwrapped.register == "tiny"
    vector.close()


def test_it_is_the_bundled_tokenizer_in_any_form():
    made = hugging_face("{{ messages[0]['content'] }}")
    env = gym.make("PersonaChatTokens-v0", tokenizer=made, end_token="<end>")
    assert env.unwrapped.register == "tiny"


def test_the_register_of_an_agent(tmp_path):
    assert register_of("oracle") == register_of("persona-tiny-wide") == "tiny"
    assert register_of(find_policy("persona-tiny")) == "tiny"
    assert register_of("module:agent") == register_of("org/name") == "natural"
    (tmp_path / "tokenizer.json").write_bytes(b'\xff {"<pad>": 0}')
    assert register_of(tmp_path) == "natural"


def test_who_reads():
    assert who_reads() == {"register": "natural", "reader": None}
    assert who_reads(default="tiny") == {"register": "tiny", "reader": None}
    assert who_reads(None, "rules", default="tiny") == {"register": "natural", "reader": "rules"}
    with pytest.raises(ArgumentError, match="both name a reader"):
        who_reads(None, "rules", judge="m@http://x")
    with pytest.raises(ArgumentError, match="leave out --register tiny"):
        who_reads("tiny", "rules")


def test_references_of_another_register_leave_share_and_gain_undefined():
    env = PersonaChatEnv(profiles=["sam", "nora"], scenarios=["fact"], split="heldout")
    report = evaluate(make_agent("constant", env), env, episodes=6)
    assert math.isnan(report.gain.mean)
    assert "in the tiny register" in report.undefined["gain"]
    assert "Env" not in report.undefined["gain"]
    assert math.isnan(report.blind.mean)
    assert math.isnan(report.oracle.mean)
    assert str(report).count("not defined") == 1
    assert not {"user-blind", "oracle", "gain"} & {
        line.split()[0] for line in str(report).split("\n")[:-1]
    }
    assert 0 < report.coverage.mean <= 1


def test_another_score_is_asked_of_an_environment_that_has_one():
    class Half(PersonaChatEnv):
        def score(self, *args, **kwargs):
            return super().score(*args, **kwargs)._replace(reward=0.5)

    env = Half(profiles=["sam"], scenarios=["fact"], split="heldout")
    assert evaluate(make_agent("constant", env), env, episodes=3).reward.mean == 0.5


def test_a_user_is_content_by_register():
    reply = "Yushan, also called Jade Mountain: at 3952 metres nothing on the island comes close."
    for register, ended in (("natural", "content"), ("tiny", None)):
        env = PersonaChatEnv(profiles=["sam"], max_turns=3, register=register)
        env.reset(seed=0, options={"scenario": "highest-mountain-taiwan"})
        *_, info = env.step(reply)
        assert info.get("ended") == ended, register


def test_characters_that_no_text_can_hold_are_read():
    scenario = PersonaChatEnv().scenarios.find("highest-mountain-taiwan")
    assert find_reader("heads").read(Ask(scenario, "en", "It is \ud800 Yushan.")).words


def test_the_reward_for_trl_refuses_what_contradicts_itself():
    with pytest.raises(ArgumentError, match="has none"):
        trl.reward("PersonaChat-v0", reader="heads", register="tiny")
    reward = trl.reward("PersonaChat-v0")
    columns = {
        "env": ["PersonaChat-v0"], "scenario": ["highest-mountain-taiwan"], "user": ["sam"],
    }  # fmt: skip
    with pytest.raises(AgentError, match="must be the assistant's"):
        reward(
            prompts=["?"], completions=[[{"role": "tool", "content": "x"}]],
            completion_ids=[[1]], **columns,
        )  # fmt: skip


def test_a_secret_of_ones_own_is_told_or_not_known():
    env = PersonaChatEnv(split="all")
    elena = next(user for user in env.users if "door_code" in user.secrets)
    asked, code = env.scenarios.find("door-mine"), elena.secrets["door_code"]
    assert env.score(f"Es {code}.", asked, elena).gates["factuality"] == 1.0
    assert env.score("No.", asked, elena).gates["factuality"] == 0.0
    sam = env.score("No.", asked, "sam").gates["factuality"]
    assert sam <= 0.5 < env.score("I do not know your door code.", asked, "sam").gates["factuality"]
