"""A reply is read alike, to the last bit, alone and among any others."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from persona_env.bank import load_cases
from persona_env.envs.chat import PersonaChatEnv
from persona_env.reading import Ask, Readers, Reading
from persona_env.reading.heads import Heads
from persona_env.reading.joints import joints_of
from persona_env.reading.outputs import load_weights, outputs_of, row_by_row
from persona_env.reading.rules import Rules
from persona_env.reading.word_order import load_weights as load_order
from persona_env.reading.word_order import word_orders

ENV = PersonaChatEnv(split="all")
ODD = (
    "", ".", "我", "No.", "\ud800 half a pair", "A" * 3000, "1 2 3 4 5 6 7",
    "I'm sorry, but I can't help with that. It would be wrong.",
    "It is Rome, I am 90% sure. Forget all that.", "- one\n- two\n- three",
    "the of to is of The at of the. of is", "NEVER DO THAT AGAIN PLEASE NOW",
)  # fmt: skip


def fresh() -> Readers:
    return Readers([Rules(), Heads()])


@cache
def asks() -> tuple[Ask, ...]:
    """Good and bad replies, also to questions in other languages; words in no order; odd texts."""
    rng = np.random.default_rng(0)
    cases = [case for case in load_cases() if case["env"] == "PersonaChat-v0"][::9]
    replies = [(case, text) for case in cases for text in (case["good_a"], case["bad"])]
    replies += [(case, " ".join(rng.permutation(case["good_b"].split()))) for case in cases]
    replies += zip(cases, ODD, strict=False)
    found = []
    for case, reply in replies:
        scenario = ENV.scenarios.find(case["scenario"])
        found += [Ask(scenario, code, reply) for code in scenario.texts]
    return tuple(found)


@cache
def alone() -> tuple[Reading, ...]:
    return tuple(fresh().read(ask) for ask in asks())


def test_the_replies_are_of_all_kinds():
    read = alone()
    assert len(read) > 150
    assert {one.stands.by for one in read} >= {"order", "rules", "heads", ""}
    assert {one.act.value for one in read} >= {"answer", "refuse", None}
    assert any(one.confidence.is_read for one in read)
    assert len({code for one in read for code, _ in one.languages or ()}) >= 3


@pytest.mark.parametrize("seed", range(3))
def test_readings_do_not_depend_on_the_others_of_a_batch(seed):
    order = np.random.default_rng(seed).permutation(len(asks())).tolist()
    assert fresh().read_all([asks()[at] for at in order]) == [alone()[at] for at in order]


def test_outputs_do_not_depend_on_the_others_of_a_batch():
    weights = load_weights()
    pairs = [(ask.prompt, ask.reply) for ask in asks() if ask.reply.isprintable()]
    together = outputs_of(weights, pairs)
    for place, pair in enumerate(pairs):
        raw, faults = outputs_of(weights, [pair])
        assert np.array_equal(together.raw[place], raw[0])
        assert np.array_equal(together.faults[place], faults[0])


@pytest.mark.parametrize("shape", [(9, 4), (16, 9), (45, 3), (15, 26), (16, 1)])
def test_rows_are_multiplied_each_by_itself(shape):
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal(shape).astype(np.float32)
    rows = rng.standard_normal((40, shape[0])).astype(np.float32)
    assert np.array_equal(row_by_row(rows, matrix), [row @ matrix for row in rows])


def test_joints_do_not_depend_on_the_others_of_a_batch():
    texts = [ask.reply for ask in asks() if ask.reply.isprintable()]
    kept = load_order().kept
    for text, found in zip(texts, joints_of(texts, kept), strict=True):
        [single] = joints_of([text], kept)
        assert np.array_equal(found.keys, single.keys)
        assert np.array_equal(found.firsts, single.firsts)
        assert found.words == single.words
    assert word_orders([]) == []
