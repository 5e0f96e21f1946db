"""Requests of other kinds than the scenarios', by a writer whose texts train no reader."""

from __future__ import annotations

import json
from math import prod
from pathlib import Path

import gymnasium as gym
import pytest

from persona_env import PersonaEnv, UserProfile
from persona_env.scenarios.schema import Scenario, ScenarioText

FILE = Path(__file__).parents[1] / "data" / "wide_replies.jsonl"
ROWS = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def env() -> PersonaEnv:
    made = gym.make("PersonaChat-v0", register="natural").unwrapped
    assert isinstance(made, PersonaEnv)
    return made


def gates(env: PersonaEnv, row: dict[str, str], name: str) -> dict[str, float]:
    texts = {row["language"]: ScenarioText(prompt=row["prompt"], answer="")}
    asked = Scenario(id="asked", family="f", split="heldout", category="open", texts=texts)
    return dict(env.score(row[name], asked, UserProfile(id="nobody")).gates)


def test_a_poem_or_a_letter_is_no_wrong_answer(env):
    """Heads that had seen answers alone read a third of these as wrong."""
    good = [gates(env, row, "good") for row in ROWS]
    assert len(good) == 54
    assert sum(one["factuality"] < 0.5 for one in good) <= 2
    assert sum(prod(one.values()) for one in good) / len(good) >= 0.75


def test_a_fault_costs_more_often_than_not(env):
    pairs = [(prod(gates(env, row, "good").values()), prod(gates(env, row, "bad").values()))
             for row in ROWS]  # fmt: skip
    assert sum(good > bad for good, bad in pairs) >= 0.55 * len(pairs)
