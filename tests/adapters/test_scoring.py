"""Replies and rows as any host has them: plain values come back."""

from __future__ import annotations

import json

import gymnasium as gym
import pytest

from persona_env.adapters.rows import make_rows
from persona_env.adapters.scoring import score_batch
from persona_env.errors import ArgumentError, UnknownNameError
from persona_env.reading import Readers
from tests.judges.moody import Moody

TINY = [gym.make(name, register="tiny") for name in ("PersonaChat-v0", "PersonaTitle-v0")]
VIOLIN = {"scenario": "violin-strings", "user": "chen"}


def test_each_reply_has_the_verdict_of_its_rows_environment():
    rows = make_rows(TINY, "sft", episodes=3)
    assert [row["env"] for row in rows] == ["PersonaChat-v0"] * 3 + ["PersonaTitle-v0"] * 3
    found = score_batch([row["completion"] for row in rows], rows, TINY)
    assert json.loads(json.dumps(found)) == found
    for row, one in zip(rows, found, strict=True):
        env = TINY[row["env"] == "PersonaTitle-v0"].unwrapped
        verdict = env.score(row["completion"][0]["content"], row["scenario"], row["user"])
        assert (one["reward"], one["coverage"]) == (verdict.reward, verdict.coverage)
        assert (one["terms"], one["weights"]) == (verdict.terms, verdict.weights)
        assert one["gates"] == verdict.gates
        assert [one["reasons"][name][0]["note"] for name in verdict.terms] == [
            verdict.reasons[name][0].note for name in verdict.terms
        ]
        assert one["invalid"] is False


def test_what_a_judge_could_not_read_is_no_number():
    env = gym.make("PersonaChat-v0", register="natural", reader=Readers([Moody()]))
    good, bad = score_batch(["Four strings.", "Four. fail: refusal"], [VIOLIN] * 2, env)
    assert (bad["reward"], bad["coverage"], bad["invalid"]) == (None, None, True)
    assert good["invalid"] is False
    assert good["reward"] > 0


def test_what_is_wrong_is_said():
    with pytest.raises(ArgumentError, match="a row for each reply, not 1 for 2"):
        score_batch(["Four.", "Five."], [VIOLIN], TINY[0])
    with pytest.raises(ArgumentError, match=r"lacks the columns \['env'\]"):
        score_batch(["Four."], [VIOLIN], TINY)
    with pytest.raises(UnknownNameError, match="Did you mean 'violin-strings'"):
        score_batch(["Four."], [{**VIOLIN, "scenario": "violin-string"}], TINY[0])
    assert score_batch([], [], TINY[0]) == []
