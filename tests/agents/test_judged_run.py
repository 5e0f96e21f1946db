"""A run whose rewards a judge reads."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from persona_env.agents.training.options import TrainOptions
from persona_env.agents.training.train import train
from persona_env.judges import Record
from tests.judges.fake_server import GOOD, completion, obeying, serving

from .small_policy import save_word_policy


@pytest.mark.slow
def test_a_run_asks_one_judge_within_one_budget(tmp_path):
    record = tmp_path / "r.jsonl"
    options = TrainOptions(
        profiles=("sam", "nora", "leo"), scenarios=("fact",), steps=8 * 64, envs=8,
        max_new_tokens=8, policy=str(save_word_policy(tmp_path / "policy")), tracker=("none",),
        threads=1, output=tmp_path / "run", judge_record=record, max_calls=12,
    )  # fmt: skip
    with serving(obeying(lambda body, number: completion(json.dumps(GOOD)))) as fake:
        options = replace(options, judge=f"m@{fake.url}")
        train(options)
        assert len(fake.bodies) == 12
        train(replace(options, output=tmp_path / "again"))
        assert len(fake.bodies) == 24  # a budget of its own
    assert len(Record(record)) == 22  # and nothing is asked twice
    assert json.loads((tmp_path / "run" / "after.json").read_text("utf-8"))["reward"]
