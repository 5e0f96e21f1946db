"""Processes that judge: the verdicts and the errors of one process."""

from __future__ import annotations

import functools
import os
import pickle
import signal
import subprocess
import sys
import threading
from types import ModuleType

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import data_equivalence

from persona_env import load_scenarios, reward_term
from persona_env.envs.chat.env import PersonaChatEnv
from persona_env.errors import RewardError
from persona_env.vector import PersonaVectorEnv
from persona_env.vector import workers as workers_module
from persona_env.vector.judge_process import packed

from ..simulation.talks import LONG, SHORT, person, talking

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


def vector(terms, workers, gates=()):
    env = PersonaChatEnv(terms=terms, gates=gates, max_turns=2)
    return PersonaVectorEnv(env, len(REPLIES), autoreset_mode="SameStep", workers=workers)


def test_generated_scenarios_are_sent_along():
    from persona_env.envs.calibration.env import PersonaCalibrationEnv

    rewards = []
    for workers in (0, 1):
        envs = PersonaVectorEnv(
            PersonaCalibrationEnv(terms=[], gates=["calibration"]), 3, autoreset_mode="SameStep",
            workers=workers,
        )  # fmt: skip
        envs.reset(seed=4)
        rewards.append(envs.step(("I do not know.", "7", "No lo sé."))[1].tolist())
        envs.close()
    assert rewards[0] == rewards[1]


def test_a_user_who_changed_the_language_is_sent_along():
    both = [s for s in load_scenarios("all", "know_how") if {"en", "es"} <= set(s.texts)]
    rules = {"switch_language": 1.0}
    text = talking(person("en", "es"), scenarios=both, gates=["readable"], rules=rules)
    told = []
    for workers in (0, 1):
        envs = PersonaVectorEnv(text, 2, autoreset_mode="SameStep", workers=workers)
        envs.reset(seed=4)
        envs.step((LONG["en"],) * 2)
        told.append([envs.get_attr("language"), envs.step((SHORT["en"],) * 2)[4]])
        envs.close()
    assert told[0][0] == ("es", "es")
    assert data_equivalence(*told, exact=True)
    assert told[0][1]["reward_gates"]["readable"].max() < 0.5


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

envs = gym.make_vec("PersonaChat-v0", num_envs=2, workers=2, terms=[mine], gates=[])
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


# --- terms that stay in this process, and terms that cannot be sent -------------------------------

HERE: list[tuple[int, list[str]]] = []


def vowels(view):
    return min(1.0, view.reply.count("e") / 2)


@reward_term(batched=True)
def judged_here(views):
    HERE.append((os.getpid(), [view.reply for view in views]))
    return [vowels(view) if view.reply != "No." else None for view in views]


@reward_term(gate=True)
async def waits_here(view):
    HERE.append((os.getpid(), [view.reply]))
    return 0.5 if "¿" in view.reply else None


def test_batched_and_async_terms_stay_in_this_process():
    terms, gates = ["judged_here", "length", "outside"], ["waits_here", "degenerate"]
    ours, theirs = vector(terms, 2, gates), vector(terms, 0, gates)
    try:
        assert data_equivalence(ours.reset(seed=3), theirs.reset(seed=3), exact=True)
        for _ in range(3):
            assert data_equivalence(ours.step(REPLIES), theirs.step(REPLIES), exact=True)
        assert ours._workers._running
        HERE.clear()
        ours.step(REPLIES)
        assert {process for process, _ in HERE} == {os.getpid()}
        assert [seen for _, seen in HERE if len(seen) == 3] == [list(REPLIES)]
    finally:
        ours.close()


def test_where_all_terms_stay_no_process_starts():
    envs = vector(["judged_here"], 2)
    envs.reset(seed=0)
    assert envs.step(("See.", "No.", "See."))[1].tolist() == [0.5 * 2, 1.0, 0.5 * 2]
    assert envs._workers._running == []


def test_equal_exchanges_are_judged_once_in_processes_too():
    envs = PersonaVectorEnv(
        PersonaChatEnv(
            profiles=["sam"], scenarios=["highest-mountain-taiwan"], terms=["outside"], gates=[]
        ),
        3, autoreset_mode="SameStep", workers=1,
    )  # fmt: skip
    envs.reset(seed=0)
    try:
        assert len(set(envs.step(("No.", "No.", "Yes."))[1].tolist())) == 1
        first = envs.step(("No.", "No.", "No."))[4]["final_info"]["reward_terms"]["outside"]
        assert first.shape == (3,)
    finally:
        envs.close()


@pytest.fixture
def named():
    """Registers a callable as 'mine' for one test."""
    from persona_env.rewards.term import REGISTRY

    yield lambda thing, **facts: reward_term(thing, name="mine", **facts)
    REGISTRY.pop("mine", None)


class Bar:
    """An object that a process can be given."""

    def __init__(self, limit):
        self.limit = limit

    def __call__(self, view):
        return float(len(view.reply) < self.limit)


def below_limit(view, limit):
    return float(len(view.reply) < limit)


class Locked(Bar):
    """An object that none can."""

    def __init__(self, limit):
        super().__init__(limit)
        self.lock = threading.Lock()


def below(limit):
    def inside(view):
        return float(len(view.reply) < limit)

    return inside


@pytest.mark.parametrize("thing", [lambda view: 1.0, below(9), Locked(9), Locked(9).__call__])
def test_what_cannot_be_sent_is_refused_when_the_rows_are_made(named, thing):
    named(thing)
    with pytest.raises(RewardError, match=r"'mine' cannot be sent.*top of a module.*workers=0"):
        vector(["mine"], 2)
    single = vector(["mine"], 0)  # one process takes it
    single.reset(seed=0)
    assert single.step(("No.", "No.", "No."))[1].tolist() == [1.0] * 3


def test_a_batched_term_need_not_be_sendable(named):
    named(lambda views: [1.0] * len(views), batched=True)
    envs = vector(["mine", "outside"], 1)
    envs.reset(seed=0)
    try:
        assert envs.step(REPLIES)[4]["final_info"]["reward_terms"]["mine"].tolist() == [1.0] * 3
    finally:
        envs.close()


@pytest.mark.parametrize(
    "thing", [Bar(5), Bar(5).__call__, functools.partial(below_limit, limit=5)]
)
def test_objects_methods_and_partials_are_sent(named, thing):
    named(thing)
    ours, theirs = vector(["mine"], 1), vector(["mine"], 0)
    try:
        for envs in (ours, theirs):
            envs.reset(seed=0)
        assert ours.step(REPLIES)[1].tolist() == theirs.step(REPLIES)[1].tolist()
    finally:
        ours.close()


NOTEBOOK = """
import gymnasium as gym, persona_env
@persona_env.reward_term
def calm(view): return 1.0
gym.make_vec("PersonaChat-v0", num_envs=2, terms=["calm"])  # one process: fine
try:
    gym.make_vec("PersonaChat-v0", num_envs=2, terms=["calm"], workers=1)
except persona_env.PersonaEnvError as error:
    assert "'calm' cannot be sent" in str(error) and "in no file" in str(error), error
else:
    raise SystemExit("it was not refused")
"""


def test_a_term_of_a_notebook_is_refused():
    """What is typed in is in no file that a process could import."""
    subprocess.run([sys.executable, "-c", NOTEBOOK], check=True)


OTHER_PROCESSES = """
import sys
import gymnasium as gym, persona_env
mine = persona_env.reward_term(name="mine")(lambda view: 0.5)

def rewards(term, context):
    options = {"shared_memory": False, "context": context}
    chosen = {"terms": [term], "gates": []}
    envs = gym.make_vec("PersonaChat-v0", 2, "async", vector_kwargs=options, **chosen)
    envs.reset(seed=0)
    found = envs.step(("No.", "Yes."))[1].tolist()
    envs.close()
    return found

if __name__ == "__main__":
    assert rewards("mine", "spawn") == [0.5, 0.5]  # by its name, also what cannot be pickled
    try:
        rewards(mine, "spawn")
    except (EOFError, OSError):  # of Gymnasium: the process ended, and says why
        pass
    else:
        raise SystemExit("a copy was taken for the term")
"""


@pytest.mark.slow
def test_processes_of_gymnasium_take_a_term_by_its_name(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(OTHER_PROCESSES, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "give its name, terms=['name']" in done.stderr
