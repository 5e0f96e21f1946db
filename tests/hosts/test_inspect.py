"""inspect_ai runs the task: what stands in its log, and what is unscored."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from inspect_ai import eval as run_eval
from inspect_ai import score as score_again
from inspect_ai.log import read_eval_log
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.solver import generate, solver, system_message

import persona_env  # noqa: F401
from persona_env.adapters import inspect_task
from persona_env.adapters.inspect_task import persona_chat, persona_reward
from persona_env.errors import PersonaEnvError
from persona_env.text_envs import make_text_env
from tests.hosts.pages import page
from tests.judges.fake_server import GOOD, completion, obeying, serving
from tests.test_wheel import run as run_command
from tests.test_wheel import tree

REPLY = "Rinse it until the water runs clear, then let it sit with the lid on."


def mock(*replies):
    """A model that gives these replies in turn, the last for ever."""
    given = [*replies]

    def reply(messages, tools, tool_choice, config):
        said = given.pop(0) if len(given) > 1 else given[0]
        output = said if isinstance(said, ModelOutput) else ModelOutput.from_content("mock", said)
        output.usage = ModelUsage()  # else it asks the network for a tokenizer
        return output

    return get_model("mockllm/model", custom_outputs=reply)


def logged(folder, task, model, **options):
    """The log of a run, read from its file."""
    (log,) = run_eval(task, model=model, log_dir=str(folder), display="none", **options)
    assert log.status == "success", log.error
    return read_eval_log(log.location)


def metrics(log):
    (score,) = log.results.scores
    return {name: one.value for name, one in score.metrics.items()}


def test_the_log_tells_terms_and_reasons(tmp_path):
    log = logged(tmp_path, persona_chat(episodes=6), mock(REPLY))
    env = make_text_env("PersonaChat-v0", split="heldout")[1]
    assert len(log.samples) == 6
    for sample in log.samples:
        user, scenario = sample.metadata["user"], sample.metadata["scenario"]
        assert sample.id == f"{user}/{scenario}"
        assert [m.role for m in sample.messages] == ["system", "user", "assistant"]
        score, verdict = sample.scores["persona_reward"], env.score(REPLY, scenario, user)
        assert score.value == verdict.reward
        assert score.answer == REPLY
        assert score.metadata["terms"] == verdict.terms
        assert score.metadata["gates"] == verdict.gates
        assert score.metadata["coverage"] == verdict.coverage
        name, (reason, *_) = next(iter(verdict.reasons.items()))
        assert score.metadata["reasons"][name][0] == reason._asdict()
        assert score.explanation.startswith(f"reward    {verdict.reward:.3f}")
        assert all(f"term {term} " in score.explanation for term in verdict.terms)


def test_metrics_are_by_user_and_category_and_clustered(tmp_path):
    log = logged(tmp_path, persona_chat(episodes=40, users=["sam", "leo"]), mock(REPLY))
    scores = [one.scores["persona_reward"].value for one in log.samples]
    found, count = metrics(log), len(scores)
    assert found["mean"] == pytest.approx(sum(scores) / count)
    by_user = [
        s for s, one in zip(scores, log.samples, strict=True) if one.metadata["user"] == "sam"
    ]
    assert found["user sam"] == pytest.approx(sum(by_user) / len(by_user))
    assert {n for n in found if n.startswith("category ")} == {
        f"category {one.metadata['category']}" for one in log.samples
    }
    groups = {}
    for value, one in zip(scores, log.samples, strict=True):
        groups.setdefault(one.metadata["scenario"], []).append(value - found["mean"])
    assert len(groups) < count  # some are asked by both
    squares = sum(sum(each) ** 2 for each in groups.values())
    expected = math.sqrt(squares * len(groups) / (len(groups) - 1)) / count
    assert found["stderr"] == pytest.approx(expected)


def test_users_talk_and_the_last_reply_is_scored(tmp_path):
    task = persona_chat(episodes=4, turns=3, register="tiny", users="sam")
    log = logged(tmp_path, task, mock("No."))
    for sample in log.samples:
        roles = [message.role for message in sample.messages]
        score = sample.scores["persona_reward"]
        rewards, ended = score.metadata["turn_rewards"], score.metadata["ended"]
        assert len(rewards) == roles.count("assistant")
        assert score.value == rewards[-1]
        assert ended in ("content", "left", "limit")
    assert any(len(s.scores["persona_reward"].metadata["turn_rewards"]) > 1 for s in log.samples)
    again = logged(tmp_path / "again", task, mock("No."))
    said = [[[m.text for m in s.messages] for s in one.samples] for one in (log, again)]
    assert said[0] == said[1]


def test_what_was_said_before_are_turns(tmp_path):
    log = logged(tmp_path, persona_chat("PersonaWild-v0", episodes=30), mock("Yes."))
    env = make_text_env("PersonaWild-v0", split="heldout")[1]
    before = {len(s.messages): s for s in log.samples}
    assert max(before) > 3
    sample = before[max(before)]
    said = [{"role": m.role, "content": m.text} for m in sample.messages[1:-1]]
    ids = sample.metadata["scenario"], sample.metadata["user"]
    assert sample.scores["persona_reward"].value == env.score("Yes.", *ids, said).reward


def failed(output):
    output.error = "blocked by the provider"
    return output


@pytest.mark.parametrize(
    ("output", "why"),
    [
        (ModelOutput.from_content("mock", "", stop_reason="content_filter"), "content_filter"),
        (failed(ModelOutput.from_content("mock", "I cannot.")), "blocked by the provider"),
    ],
)
@pytest.mark.parametrize("turns", [1, 3])
def test_no_reply_is_unscored(tmp_path, output, why, turns):
    log = logged(tmp_path, persona_chat(episodes=3, turns=turns), mock(output, REPLY))
    scores = [one.scores["persona_reward"] for one in log.samples]
    (lost,) = [one for one in scores if one.reason]
    assert math.isnan(lost.value)
    assert (lost.reason, lost.explanation) == ("no_response", f"the model did not reply: {why}")
    rest = [one.value for one in scores if not one.reason]
    assert metrics(log)["mean"] == pytest.approx(sum(rest) / 2)
    assert log.results.scores[0].unscored_samples == 1


def test_nothing_generated_is_unscored(tmp_path):
    @solver
    def silent():
        async def solve(state, generate):
            return state

        return solve

    log = logged(tmp_path, persona_chat(episodes=2), mock(REPLY), solver=silent())
    assert math.isnan(metrics(log)["mean"])
    told = {one.scores["persona_reward"].explanation for one in log.samples}
    assert told == {"the model did not reply: it gave nothing back"}


def test_an_empty_reply_is_scored(tmp_path):
    log = logged(tmp_path, persona_chat(episodes=2), mock(""))
    assert metrics(log)["mean"] == 0


@pytest.mark.parametrize("turns", [1, 2])
def test_what_the_judge_cannot_read_is_unscored(tmp_path, turns):
    import json

    def behave(body, number):
        broken = "unreadable" in json.dumps(body["messages"])
        return completion("no JSON at all" if broken else json.dumps(GOOD))

    with serving(obeying(behave)) as server:
        judge = f"model@{server.url}"
        task = persona_chat(episodes=3, judge=judge, turns=turns)
        log = logged(tmp_path, task, mock("An unreadable reply.", REPLY))
    (lost,) = [s for one in log.samples if (s := one.scores["persona_reward"]).reason]
    assert lost.reason == "grader_failed"
    assert lost.explanation == "nothing of the reply could be read by the judge"
    assert log.results.scores[0].unscored_samples == 1


def test_other_solvers_are_scored_and_logs_scored_again(tmp_path):
    log = logged(
        tmp_path,
        persona_chat(episodes=2),
        mock(REPLY),
        solver=[system_message("Be kind."), generate()],
    )
    assert metrics(log)["mean"] > 0
    again = score_again(log, persona_reward(), action="overwrite", display="none")
    assert metrics(again) == metrics(log)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"env": "PersonaChatt-v0"}, "Did you mean 'PersonaChat-v0'"),
        ({"users": "sma"}, "sma"),
        ({"episodes": 0}, "episodes must be a whole number of at least 1"),
        ({"turns": 0}, "turns must be a whole number of at least 1"),
        ({"judge": "m@http://x", "reader": "heads"}, "both name a reader"),
    ],
)
def test_mistakes_fail_when_the_task_is_made(given, message):
    with pytest.raises(PersonaEnvError, match=message):
        persona_chat(**given)


def test_the_page_shows_what_is_printed(tmp_path):
    """The figures of the run on the page, and the explanation of one of its scores."""
    shown = page("inspect")
    log = logged(tmp_path, persona_chat(episodes=8, users=["sam", "leo"]), mock(REPLY))
    for name, value in metrics(log).items():
        assert f"\n{name:18}  {value:.3f}\n" in shown
    (leo,) = [one for one in log.samples if one.id == "leo/alcohol-cooks-off"]
    assert f"\n{leo.id}\n{leo.scores['persona_reward'].explanation}\n" in shown


def inspect(*words, cwd, **env):
    """What the command of inspect_ai prints, by the Python that runs the tests."""
    command = (Path(sys.executable).with_name("inspect"), "eval", *words)
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize(
    "name", ["persona_env/persona_chat", f"{inspect_task.__file__}@persona_chat"]
)
def test_the_installed_wheel_runs_in_another_folder(name, tmp_path, tmp_path_factory):
    copy = tree(tmp_path_factory.mktemp("tree"))
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run_command(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", "dist", ".", cwd=copy)
    (wheel,) = (copy / "dist").glob("*.whl")
    site = tmp_path_factory.mktemp("wheel") / "site-packages"
    run_command(*pip, "install", "--no-deps", "--no-index", "--target", site, wheel, cwd=copy)
    name = name.replace(str(Path(inspect_task.__file__).parents[2]), str(site))
    with serving(lambda body, number: completion(REPLY)) as server:
        printed = inspect(
            name, "-T", "episodes=4", "-T", "users=sam,leo", "--display", "plain",
            "--model", "openai-api/fake/some-model", "--log-dir", str(tmp_path / "logs"),
            cwd=tmp_path, PYTHONPATH=str(site), PYTHONSAFEPATH="1",
            FAKE_API_KEY="none", FAKE_BASE_URL=server.url,
        )  # fmt: skip
    assert "user sam" in printed
    (file,) = (tmp_path / "logs").glob("*.eval")
    log = read_eval_log(str(file))
    assert log.status == "success"
    assert {one.metadata["user"] for one in log.samples} == {"sam", "leo"}
    assert all(one.scores["persona_reward"].answer == REPLY for one in log.samples)
