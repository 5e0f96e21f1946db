"""Processes that judge: the verdicts and the errors of one process."""

from __future__ import annotations

import os
import pickle

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import data_equivalence

from persona_env import reward_term
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import RewardError
from persona_env.vector import PersonaVectorEnv

REPLIES = ("No.", "Yushan, at 3952 metres.", "¿Qué?")


@reward_term(uses=("preferences.length",))
def outside(exchange):
    """Says whether another process scored it; some replies break it."""
    if exchange.reply == "break":
        raise KeyError("no such thing")
    if exchange.reply == "die":
        os._exit(3)
    if exchange.reply == "negative":
        return -1.0
    return float(os.getpid() != int(os.environ.get("PERSONA_ENV_TEST_PARENT", "0")))


def vector(terms, workers):
    env = PersonaChatEnv(terms=terms, max_turns=2)
    return PersonaVectorEnv(env, len(REPLIES), autoreset_mode="SameStep", workers=workers)


def test_generated_scenarios_are_sent_along():
    from persona_env.envs.calibration.env import PersonaCalibrationEnv

    rewards = []
    for workers in (0, 1):
        envs = PersonaVectorEnv(
            PersonaCalibrationEnv(terms=["calibration"]), 3, autoreset_mode="SameStep",
            workers=workers,
        )  # fmt: skip
        envs.reset(seed=4)
        rewards.append(envs.step(("I do not know.", "7", "No lo sé."))[1].tolist())
        envs.close()
    assert rewards[0] == rewards[1]


@pytest.fixture
def pooled():
    env = vector([outside], 1)
    env.reset(seed=0)
    yield env
    env.close()


def test_verdicts_are_those_of_one_process():
    ours, theirs = vector(None, 2), vector(None, 0)
    try:
        assert data_equivalence(ours.reset(seed=3), theirs.reset(seed=3), exact=True)
        for _ in range(4):
            assert data_equivalence(ours.step(REPLIES), theirs.step(REPLIES), exact=True)
    finally:
        ours.close()


def test_another_process_scores_and_its_errors_are_errors(pooled, monkeypatch):
    monkeypatch.setenv("PERSONA_ENV_TEST_PARENT", str(os.getpid()))
    assert pooled.step(REPLIES)[1].tolist() == [1.0] * 3
    for reply, says in (("break", "'outside' failed .* KeyError"), ("negative", "lie in")):
        with pytest.raises(RewardError, match=says):
            pooled.step((reply, "No.", "No."))
    with pytest.raises(RewardError, match="died"):
        pooled.step(("die", "No.", "No."))
    assert pooled.step(REPLIES)[1].tolist() == [1.0] * 3  # new processes; and nothing was paid


def test_processes_start_with_the_first_batch_and_are_no_part_of_a_copy(pooled):
    assert pooled._workers._pool is None
    assert pickle.loads(pickle.dumps(pooled))._workers.count == 1  # noqa: S301
    made = gym.make_vec("PersonaChat-v0", num_envs=2, workers=2)
    assert made._workers.count == 2
    assert gym.make_vec("PersonaChatTokens-v0", num_envs=2)._workers is None
