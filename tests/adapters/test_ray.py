"""Batches as Ray Data hands them over, without Ray."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from persona_env.adapters.figures import counted
from persona_env.adapters.ray import ScoreBatch
from persona_env.errors import AgentError, ArgumentError, PersonaEnvError
from tests.adapters.replies import CHAT, OPTIONS, here, rows


def batch_of(given):
    return {name: np.array([row[name] for row in given], dtype=object) for name in given[0]}


def test_a_batch_of_arrays_comes_back_with_the_same_verdicts():
    given = rows(12)
    batch = batch_of(given) | {"other": np.arange(12)}
    found = ScoreBatch(f"persona_env:{CHAT}", **OPTIONS)(batch)
    wanted = [here(row) for row in given]
    assert found["reward"].tolist() == [one.reward for one in wanted]
    assert found["coverage"].tolist() == [one.coverage for one in wanted]
    assert [json.loads(cell) for cell in found["terms"]] == [counted(one) for one in wanted]
    assert [json.loads(cell) for cell in found["gates"]] == [one.gates for one in wanted]
    assert not found["invalid"].any()
    assert found["other"].tolist() == [*range(12)]
    assert "reward" not in batch


def test_a_reply_that_is_not_there_is_no_number():
    given = [row | {"reply": None} if at == 1 else row for at, row in enumerate(rows(3))]
    found = ScoreBatch(CHAT, **OPTIONS)(batch_of(given))
    assert found["invalid"].tolist() == [False, True, False]
    assert math.isnan(found["reward"][1])
    assert math.isnan(found["coverage"][1])
    assert found["terms"][1] == found["gates"][1] == "{}"
    assert found["reward"][2] == here(given[2]).reward


def test_what_is_said_before_a_reply_is_read():
    score, given = ScoreBatch(CHAT, **OPTIONS), rows(1)
    talk = [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": "Go on."}]  # fmt: skip
    batch = batch_of(given) | {"prompt": np.empty(1, dtype=object)}
    batch["prompt"][0] = np.array(talk, dtype=object)
    row = given[0]
    wanted = score.scorer.envs[CHAT].score(
        row["reply"], row["scenario"], row["user"], transcript=talk
    )
    assert score(batch)["reward"].tolist() == [wanted.reward]


def test_mistakes_say_what_to_do():
    score = ScoreBatch(CHAT, **OPTIONS)
    batch = batch_of(rows(2))
    with pytest.raises(ArgumentError, match="lacks the column 'reply'; it has"):
        score({"env": batch["env"]})
    with pytest.raises(ArgumentError, match="user"):
        score({"reply": batch["reply"], "scenario": batch["scenario"]})
    with pytest.raises(AgentError, match="holds texts, not"):
        score(batch | {"reply": np.array([7, 8])})
    with pytest.raises(PersonaEnvError, match="cannot import 'no_such_terms'"):
        ScoreBatch(CHAT, imports="no_such_terms")
