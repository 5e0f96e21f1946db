"""``--judge`` and its like: the natural register is implied and said, and the cost is told."""

from __future__ import annotations

import json

import gymnasium as gym
import pytest

from persona_env.evaluation.evaluate import evaluate
from persona_env.evaluation.report import Report
from persona_env.judges import EndpointJudge
from persona_env.reading import Readers
from persona_env.reading.rules import Rules
from tests.cli.test_cli import refused, run
from tests.judges.fake_server import FAULTS, GOOD, completion, obeying, serving

TEXT = json.dumps(GOOD)
SCORE = ("score", "It has four.", "--scenario", "violin-strings", "--user", "amina", "--json")


def lettered(observations):
    """Replies that differ, also those of later turns."""
    letters = "efgh" if observations[0]["transcript"] else "abcd"
    return [f"Part {letter}." for letter in letters[: len(observations)]]


def good(body, number):
    return completion(TEXT)


def test_score_asks_a_judge_and_says_so():
    with serving(obeying(good)) as fake:
        judged = run(*SCORE, "--judge", f"m@{fake.url}")
        assert len(fake.questions) == 1
    assert judged.exit_code == 0
    assert "read by rules+judge:m, in the natural register" in judged.stderr
    assert "judge:m: 1 asked in 2 calls (0 repeated), 0 replayed; 20 tokens in" in judged.stderr
    verdict = json.loads(judged.stdout)
    assert "stands" in verdict["gates"]  # a gate of the natural register alone
    tiny = run(*SCORE, "--register", "tiny")
    assert "stands" not in json.loads(tiny.stdout)["gates"]


def test_a_record_is_written_and_then_replayed_without_a_judge(tmp_path, monkeypatch):
    monkeypatch.setenv("A_KEY", "sk-1")
    record = tmp_path / "r.jsonl"
    with serving(obeying(good)) as fake:
        first = run(
            *SCORE, "--judge", f"m@{fake.url}", "--judge-record", record,
            "--judge-key-env", "A_KEY", "--max-calls", 5,
        )  # fmt: skip
        assert fake.headers[-1]["Authorization"] == "Bearer sk-1"
    again = run(*SCORE, "--judge-record", record)
    assert again.stdout == first.stdout
    assert "0 asked in 0 calls (0 repeated), 1 replayed" in again.stderr


def test_eval_asks_once_a_reply_whoever_judges_it():
    with serving(obeying(good)) as fake:
        done = run("eval", "--agent", "constant", "--episodes", 3, "--judge", f"m@{fake.url}")
        asked = len(fake.questions)
        replies = {body["messages"][1]["content"] for body in fake.questions}
    assert done.exit_code == 0, done.stderr
    assert asked == len(replies)
    assert f"{asked} asked" in done.stderr


def test_a_budget_ends_the_calls_and_not_the_evaluation():
    with serving(obeying(good)) as fake:
        done = run(
            "eval", "--agent", "constant", "--episodes", 3, "--judge", f"m@{fake.url}",
            "--max-calls", 2,
        )  # fmt: skip
        assert len(fake.bodies) == 2
    assert done.exit_code == 0, done.stderr
    assert "grader_failed" in done.stderr


@pytest.mark.parametrize("turns", [1, 2])
def test_where_the_budget_is_spent_before_it_begins_other_readers_judge(turns):
    with serving(obeying(good)) as fake:
        judge = EndpointJudge("m", fake.url, max_calls=1)
        env = gym.make("PersonaChat-v0", reader=Readers([Rules(), judge]))
        judge.endpoint.budget.take()
        report = evaluate(lettered, env, episodes=4, turns=turns)
        assert not fake.bodies
    assert "unjudged" not in report.counts
    assert report.reward.n == 4


@pytest.mark.parametrize(("turns", "asked"), [(1, 4), (2, 6)])
def test_replies_that_a_judge_cannot_read_are_left_out_with_their_count(turns, asked, tmp_path):
    """Each reply is another, and the judge fails on two of them, each time in another way."""
    save, faults = tmp_path / "r.json", [FAULTS["400"], completion("It is rather warm.")]

    def behave(body, number):
        asked = body["messages"][1]["content"]
        failing = [
            fault for name, fault in zip("ab", faults, strict=True) if f"Part {name}." in asked
        ]
        return failing[0] if failing else completion(TEXT)

    given = ("--profiles", "ben,mei", "--episodes", 4, "--turns", turns, "--save", save)
    with serving(obeying(behave)) as fake:
        done = run("eval", "--agent", f"{__name__}:lettered", *given, "--judge", f"m@{fake.url}")
    assert done.exit_code == 0, done.stderr
    assert f"unjudged: 2 of {asked}, left out" in " ".join(done.stdout.split())
    report = Report.load(save)
    assert (report.counts["unjudged"], report.reward.n, len(report.replies)) == (2, 2, 2)
    assert not {"Part a.", "Part b."} & {one["reply"] for one in report.replies}


def test_a_judge_that_never_answers_ends_the_evaluation():
    with serving(lambda body, number: FAULTS["400"]) as fake:
        given = ("--profiles", "ben,mei", "--episodes", 4, "--judge", f"m@{fake.url}")
        done = run("eval", "--agent", f"{__name__}:lettered", *given)
    assert done.exit_code != 0
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_audit_takes_a_judge():
    with serving(obeying(good)) as fake:
        done = run(
            "audit", "--episodes", 2, "--steps", 0, "--judge", f"m@{fake.url}", "--max-calls", 3
        )
        assert len(fake.bodies) == 3
    assert done.exit_code in (0, 1), done.stderr
    assert "in the natural register" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--judge", "m"), "give MODEL@URL"),
        (("--judge", "m@ftp://x"), "give MODEL@URL"),
        (("--max-calls", "3"), "--judge MODEL@URL"),
        (("--judge-record", "no_such_file.jsonl"), "holds no answers"),
    ],
)
def test_what_is_no_judge_is_refused(options, said):
    assert said in refused(*SCORE, *options)
