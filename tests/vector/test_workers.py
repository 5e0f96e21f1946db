"""Processes that judge: the verdicts and the errors of one process."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from types import ModuleType

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import data_equivalence

from persona_env import reward_term
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import RewardError
from persona_env.vector import PersonaVectorEnv
from persona_env.vector import workers as workers_module
from persona_env.vector.judge_process import packed

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
    says = "worker 1 of 1 died: it ended with code 3 while it scored the reply 'die' for user "
    with pytest.raises(RewardError, match=says):
        pooled.step(("die", "No.", "No."))
    assert pooled.step(REPLIES)[1].tolist() == [1.0] * 3  # new processes; and nothing was paid


def test_processes_start_with_the_first_batch_and_are_no_part_of_a_copy(pooled):
    assert pooled._workers._running == []
    assert pickle.loads(pickle.dumps(pooled))._workers.count == 1  # noqa: S301
    made = gym.make_vec("PersonaChat-v0", num_envs=2, workers=2)
    assert made._workers.count == 2
    assert gym.make_vec("PersonaChatTokens-v0", num_envs=2)._workers is None


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_a_process_that_is_killed_between_batches_is_named(pooled):
    pooled.step(REPLIES)
    os.kill(pooled._workers._running[0]._process.pid, signal.SIGKILL)
    with pytest.raises(RewardError, match="worker 1 of 1 died: it was killed by SIGKILL"):
        pooled.step(REPLIES)
    pooled.step(REPLIES)  # a new one


def test_the_first_error_is_the_one_of_one_process():
    env = vector([outside], 2)
    try:
        env.reset(seed=0)
        for replies in (("No.", "break", "negative"), ("negative", "break", "No.")):
            errors = []
            for count in (env._workers, None):
                env._workers, kept = count, env._workers
                with pytest.raises(RewardError) as caught:
                    env.step(replies)
                env._workers = kept
                errors.append(str(caught.value))
            assert errors[0] == errors[1]
    finally:
        env.close()


def test_an_interrupted_batch_leaves_no_answer_behind(pooled, monkeypatch):
    def interrupted(connections):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(workers_module, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            pooled.step(REPLIES)
    assert pooled._workers._running == []
    monkeypatch.setenv("PERSONA_ENV_TEST_PARENT", str(os.getpid()))
    assert pooled.step(REPLIES)[1].tolist() == [1.0] * 3


@pytest.mark.timeout(60)
def test_a_term_that_a_process_cannot_load_is_an_error_and_no_waiting(monkeypatch):
    module = ModuleType("only_in_this_process")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(
        "from persona_env import reward_term\n@reward_term\ndef here(exchange):\n    return 1.0",
        module.__dict__,
    )
    env = vector([module.here], 2)
    try:
        env.reset(seed=0)
        for _ in range(2):
            with pytest.raises(RewardError, match="worker 1 of 2 could not load the terms: Module"):
                env.step(REPLIES)
            assert env._workers._running == []
        # More than a pipe holds: handed over as an argument it would be waited for without end.
        assert len(packed(env._workers._cases, env.envs[0].terms)) > 2**16
    finally:
        env.close()


SCRIPT = """
import gymnasium as gym
import persona_env
from persona_env import reward_term

@reward_term
def mine(exchange):
    return 1.0

envs = gym.make_vec("PersonaChat-v0", num_envs=2, workers=2, terms=[mine])
envs.reset(seed=0)
envs.step(("Yes.", "No."))
"""


@pytest.mark.timeout(90)
def test_a_script_without_a_guard_is_told_of_it(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, timeout=80, check=False
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "RewardError: worker 1 of 2 could not start: it ended with code 1" in last
    assert 'a script must start its work under if __name__ == "__main__":' in last


def test_a_count_below_zero_is_refused():
    with pytest.raises(ValueError, match="workers must be a whole number of at least 0, not -1"):
        vector(None, -1)
