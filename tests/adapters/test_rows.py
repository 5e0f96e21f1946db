"""Rows of data sets: what an agent sees, whose case it is, and replies in the order of rewards."""

from __future__ import annotations

import sys
from collections import Counter

import gymnasium as gym
import pytest

from persona_env.adapters import rows
from persona_env.adapters.known_replies import KnownReplies
from persona_env.adapters.rows import MARGIN, make_rows
from persona_env.adapters.scoring import score_batch
from persona_env.adapters.trl import dataset
from persona_env.bank import load_cases
from persona_env.env import PersonaEnv
from persona_env.errors import (
    ArgumentError,
    PersonaEnvError,
    UnknownNameError,
    WrongEnvironmentError,
)
from persona_env.reading import Readers
from persona_env.scenarios.case import Case
from persona_env.text_envs import make_text_env
from tests.judges.moody import Moody

NATURAL = gym.make("PersonaChat-v0", register="natural", reader="rules")
TINY = gym.make("PersonaChat-v0", register="tiny")


def said(messages):
    (message,) = messages
    assert message["role"] == "assistant"
    return message["content"]


@pytest.mark.parametrize("visibility", ["full", "partial", "hidden"])
def test_a_prompt_is_what_the_environment_tells_first(visibility):
    env = gym.make("PersonaChat-v0", register="tiny", user_visibility=visibility, debug=True)
    for row in make_rows(env, episodes=12, seed=1):
        options = {"user": row["user"], "scenario": row["scenario"]}
        _, info = env.reset(options=options)
        assert row["prompt"] == info["messages"]
        assert row["env"] == "PersonaChat-v0"
        assert row["language"] == env.unwrapped.language
        assert set(row) == {"prompt", "env", "scenario", "user", "language"}


def test_the_seed_draws_the_cases():
    one, same, other = (make_rows(TINY, episodes=20, seed=seed) for seed in (0, 0, 1))
    assert one == same != other
    assert len({(row["user"], row["scenario"]) for row in one}) == 20
    one, same, other = (make_rows(NATURAL, "sft", 20, seed=seed) for seed in (0, 0, 1))
    assert one == same != other


def test_tiny_replies_are_the_oracles():
    env = TINY.unwrapped
    for row in make_rows(TINY, "sft", 20):
        user, pool = env.cases[row["user"]]
        assert said(row["completion"]) == env.oracle(pool.find(row["scenario"]), user)


def test_natural_replies_are_the_banks_for_this_prompt_and_user():
    written = {}
    for case in load_cases():
        for letter in "ab":
            key = case["prompt"], case[f"user_{letter}"]["id"]
            written.setdefault(key, set()).add(case[f"good_{letter}"])
    found = make_rows(NATURAL, "sft")
    assert len(found) > 150
    for row in found:
        asked = row["prompt"][-1]["content"], row["user"]
        assert said(row["completion"]) in written[asked]
    assert {row["language"] for row in found} == {"en", "es", "zh"}
    assert len(make_rows(NATURAL, "sft", episodes=5)) == 5


def test_the_bank_serves_the_users_that_an_environment_has():
    env = gym.make("PersonaChat-v0", register="natural", reader="rules", profiles=["chen"])
    found = make_rows(env, "sft")
    assert {row["user"] for row in found} == {"chen"}
    assert len(found) > 5
    changed = env.unwrapped.users[0].model_copy(update={"weights": {"tone": 3.0}})
    other = gym.make("PersonaChat-v0", register="natural", reader="rules", profiles=[changed])
    with pytest.raises(PersonaEnvError, match="the bank has no natural replies for PersonaChat-v0"):
        make_rows(other, "sft")


@pytest.mark.parametrize("env", [TINY, NATURAL], ids=["tiny", "natural"])
def test_pairs_are_ordered_by_the_reward(env):
    found = make_rows(env, "pairs", 30)
    assert len(found) > 10
    for row in found:
        case = row["scenario"], row["user"]
        better, worse = (
            env.unwrapped.score(said(row[name]), *case).reward for name in ("chosen", "rejected")
        )
        assert row["margin"] == pytest.approx(better - worse)
        assert row["margin"] >= MARGIN


def test_labels_are_those_of_the_pairs():
    pairs, labelled = make_rows(NATURAL, "pairs", 30), make_rows(NATURAL, "kto", 30)
    good = {(row["scenario"], row["user"], said(row["chosen"])) for row in pairs}
    bad = {(row["scenario"], row["user"], said(row["rejected"])) for row in pairs}
    told = Counter(
        (row["scenario"], row["user"], said(row["completion"]), row["label"]) for row in labelled
    )
    assert told == Counter([*((*key, True) for key in good), *((*key, False) for key in bad)])


@pytest.mark.parametrize("broken", ["good", "others"])
def test_what_a_judge_could_not_read_is_in_no_pair(broken, monkeypatch):
    """Else it would stand on one side of a pair by the prior of what is unread."""
    scenario = TINY.unwrapped.scenarios.find("violin-strings")
    case = Case(scenario, TINY.unwrapped.cases["chen"][0])
    texts = {"good": "It has four strings.", "others": "Who knows? fail: refusal"}
    if broken == "good":
        texts = {"good": texts["others"], "others": texts["good"]}
    known = [KnownReplies(case, texts["good"], (texts["others"], ""))]
    monkeypatch.setattr(rows, "known_replies", lambda env, episodes, seed, replies: known)
    env = gym.make("PersonaChat-v0", register="natural", reader=Readers([Moody()]))
    if broken == "good":
        with pytest.raises(PersonaEnvError, match="no reply earns"):
            make_rows(env, "pairs")
    else:
        assert [said(row["rejected"]) for row in make_rows(env, "pairs")] == [""]


def test_where_there_are_no_replies_the_error_says_what_is_possible():
    title = gym.make("PersonaTitle-v0", register="natural", reader="rules")
    assert make_rows(title, episodes=3)
    with pytest.raises(PersonaEnvError, match=r"collect several of your own .* as replies="):
        make_rows(title, "sft")

    class Bare(PersonaEnv):
        """An environment without an oracle."""

    bare = Bare(register="tiny")
    with pytest.raises(PersonaEnvError, match="Bare has no oracle"):
        make_rows(bare, "sft", 3)
    assert make_rows(bare, episodes=3)[0]["env"] == "Bare"


def test_what_is_wrong_is_said():
    with pytest.raises(UnknownNameError, match="Did you mean 'pairs'"):
        make_rows(TINY, "pair")
    with pytest.raises(ArgumentError, match="episodes"):
        make_rows(TINY, episodes=0)
    with pytest.raises(ArgumentError, match="seed"):
        make_rows(TINY, seed=-1)
    with pytest.raises(UnknownNameError, match="Did you mean 'PersonaChat-v0'"):
        make_rows("PersonaChats-v0")
    with pytest.raises(WrongEnvironmentError, match="not CartPoleEnv"):
        make_rows(gym.make("CartPole-v1"))
    with pytest.raises(ArgumentError, match="an environment or an id; not 3"):
        make_rows(3)


def test_an_id_makes_the_environment_with_its_defaults():
    assert make_rows("PersonaChat-v0", episodes=3) == make_rows(
        gym.make("PersonaChat-v0"), "prompts", 3
    )


def test_without_datasets_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(PersonaEnvError, match=r"pip install 'persona_env\[learning\]'"):
        dataset(TINY)


def test_what_was_said_before_are_turns_and_judged_as_by_the_environment():
    env = make_text_env("PersonaWild-v0", split="heldout")[1]
    rows = make_rows(env, episodes=30)
    longest = max(rows, key=lambda row: len(row["prompt"]))
    assert [one["role"] for one in longest["prompt"]][:3] == ["system", "user", "assistant"]
    alone = {name: longest[name] for name in ("env", "scenario", "user")}
    paid = env.score("Yes.", longest["scenario"], longest["user"])
    for row in (longest, alone):
        (found,) = score_batch(["Yes."], [row], env)
        assert found["reward"] == paid.reward
        assert found["terms"] == paid.terms
