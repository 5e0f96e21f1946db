"""verifiers runs the taskset from the installed wheels, in another folder."""

from __future__ import annotations

import json

import pytest

from tests.auditor.test_own_rewards import test_a_task_is_scored_by_its_reward_methods  # noqa: F401
from tests.hosts.installed import BIN, install_wheels, run
from tests.judges.fake_server import completion, serving

SAID = {"id": "c", "object": "chat.completion", "created": 1, "model": "fake"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return install_wheels(
        "persona_verifiers", tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("build")
    )


def answering(text):
    """What the endpoint says: all that verifiers reads of a completion."""
    found = SAID | completion(text)
    found["choices"][0] |= {"index": 0, "finish_reason": "stop"}
    found["usage"]["total_tokens"] = 13
    return found


def evaluated(site, folder, *options, say=lambda number: "It is Yushan."):
    """The saved episodes of a run, and the bodies that the endpoint got."""
    with serving(lambda body, number: answering(say(number))) as fake:
        done = run(
            BIN / "vf-eval", "persona-verifiers", "-m", "fake", "--client.base-url", fake.url,
            "--no-push", "--no-rich", "--run.name", "run", *options,
            cwd=folder, PYTHONPATH=str(site),
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    lines = (folder / "outputs" / "run" / "traces.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines], fake.bodies


def option(name, value):
    return (f"--env.taskset.{name}", str(value))


def test_the_wheel_is_what_runs(site, tmp_path):
    done = run(
        BIN / "python", "-P", "-c", "import persona_env, persona_verifiers as v; "
        "print(persona_env.__file__, v.__file__)", cwd=tmp_path, PYTHONPATH=str(site),
    )  # fmt: skip
    assert done.stdout.count(str(site)) == 2, done.stdout + done.stderr


def test_replies_are_scored_for_the_user_who_asks(site, tmp_path):
    users = [*option("users", '["nora","sam"]'), *option("register", "tiny")]
    episodes, bodies = evaluated(site, tmp_path, *users, *option("episodes", 4))
    assert len(episodes) == len(bodies) == 4
    assert all(episode["ok"] for episode in episodes)
    traces = [episode["traces"][0] for episode in episodes]
    assert {trace["task"]["data"]["user"] for trace in traces} == {"nora", "sam"}
    shown = {trace["task"]["data"]["system_prompt"] for trace in traces}
    assert shown == {body["messages"][0]["content"] for body in bodies}
    for trace in traces:
        assert 0 <= trace["rewards"]["persona"]["score"] <= 1
        assert trace["rewards"]["persona"]["weight"] == 1
        assert {"gate/factuality", "reward/length", "coverage"} <= set(trace["metrics"])
        assert trace["info"]["reasons"]["length"][0]["note"]


def test_the_user_of_a_conversation_answers_and_a_replay_scores_the_same(site, tmp_path):
    options = [*option("max-turns", 3), *option("register", "tiny"), *option("episodes", 2)]
    episodes, bodies = evaluated(site, tmp_path, *options, say=lambda n: f"I do not know {n}.")
    assert len(bodies) == 6
    longest = max((body["messages"] for body in bodies), key=len)
    assert [m["role"] for m in longest] == ["system", *["user", "assistant"] * 2, "user"]
    before = {e["traces"][0]["id"]: e["traces"][0]["rewards"]["persona"] for e in episodes}
    done = run(
        BIN / "vf-replay", "outputs/run", "--no-rich", cwd=tmp_path, PYTHONPATH=str(site)
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    (saved,) = (tmp_path / "outputs").glob("*--replay/*/traces.jsonl")
    again = [json.loads(line)["traces"][0] for line in saved.read_text("utf-8").splitlines()]
    assert {trace["id"]: trace["rewards"]["persona"] for trace in again} == before


def test_a_judge_that_fails_is_an_error_and_no_number(site, tmp_path):
    with serving(lambda body, number: completion("no JSON")) as judge:
        options = [*option("judge", f"m@{judge.url}"), *option("episodes", 1)]
        ((episode,), _) = evaluated(site, tmp_path, *options)
        assert judge.bodies
    assert not episode["ok"]
    (trace,) = episode["traces"]
    assert trace["rewards"] == {"persona": None}
    assert trace["metrics"] == {}
    assert "JudgeError: a judge was asked" in trace["errors"][0]["message"]
