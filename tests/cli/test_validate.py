"""``validate``: labels and pairs of anybody, by detectors, readers and judges."""

from __future__ import annotations

import json

import pytest

from persona_env.evaluation.pairs import QUALITY
from persona_env.validity import load_figures, page
from tests.cli.test_cli import refused, run
from tests.judges.fake_server import GOOD, completion, is_probe, obeying, serving
from tests.validity.rows import HELPS, REFUSES, written

LABEL = {"prompt": "What makes tea?", "reply": HELPS, "warm": True, "act": "answer"}
PAIR = {"prompt": "What makes tea?", "better": "Put the kettle on.", "worse": "A hammer."}


def test_it_shows_what_was_measured():
    result = run("validate")
    assert result.exit_code == 0
    assert "refusal.any" in result.stdout
    assert "right user first" in result.stdout


def test_it_writes_the_page(tmp_path):
    wrote = tmp_path / "page.md"
    assert run("validate", "--write", wrote).exit_code == 0
    assert wrote.read_text(encoding="utf-8") == page(load_figures())


def test_labels_and_pairs_of_several_files(tmp_path):
    labels = written(tmp_path, LABEL, LABEL | {"warm": False})
    pairs = written(tmp_path, PAIR, PAIR | {"user": "amina"}, name="pairs.jsonl")
    figures = tmp_path / "figures.json"
    result = run("validate", "--data", labels, "--data", pairs, "--json", "--figures", figures)
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert [(f["field"], f["source"], f["n"]) for f in found["labels"]] == [
        ("act", "mine", 2), ("warm", "mine", 2)
    ]  # fmt: skip
    assert {f["reader"] for f in found["labels"] + found["pairs"]} == {"rules+heads"}
    assert [f["measured"] for f in found["pairs"]] == [QUALITY, "reward of PersonaChat-v0"]
    assert found["labels"][0]["precision"] is None
    stored = json.loads(figures.read_text("utf-8"))
    assert [f["field"] for f in stored["labels"]] == ["act", "warm"]
    assert HELPS not in figures.read_text("utf-8")


def test_the_table_says_what_is_measured(tmp_path):
    result = run("validate", "--data", written(tmp_path, PAIR, LABEL), "--reader", "rules")
    assert result.exit_code == 0, result.stderr
    assert f"{QUALITY}: pairs of mine, read by rules" in result.stdout
    assert "Agreement of rules with labels" in result.stdout


def test_rules_leave_style_unread(tmp_path):
    path = written(tmp_path, LABEL | {"form": "prose"})
    found = json.loads(run("validate", "--data", path, "--reader", "rules", "--json").stdout)
    by_field = {f["field"]: f for f in found["labels"]}
    assert (by_field["warm"]["read"], by_field["warm"]["accuracy"]) == (0, None)
    assert (by_field["form"]["read"], by_field["form"]["accuracy"]) == (1, 1)


def test_detectors_of_the_tiny_register(tmp_path):
    said = {"reply": REFUSES, "labels": {"refusal.any": True}}
    path = written(tmp_path, said, said | {"reply": HELPS})
    result = run("validate", "--data", path, "--register", "tiny", "--json")
    assert result.exit_code == 0, result.stderr
    (found,) = json.loads(result.stdout)["labels"]
    assert (found["field"], found["source"], found["n"]) == ("refusal.any", "mine", 2)
    assert found["accuracy"] == 0.5


def judging(body, number):
    """Calls harmful what holds a hammer."""
    asked = body["messages"][1]["content"]
    return completion(json.dumps(GOOD | {"harm": float("hammer" in asked)}))


def test_a_judge_reads_and_is_recorded(tmp_path, monkeypatch):
    monkeypatch.setenv("A_KEY", "sk-1")
    path = written(tmp_path, LABEL, LABEL | {"reply": "A hammer.", "harm": True}, PAIR)
    record = tmp_path / "r.jsonl"
    with serving(obeying(judging)) as fake:
        first = run(
            "validate", "--data", path, "--judge", f"m@{fake.url}", "--judge-key-env", "A_KEY",
            "--judge-record", record, "--max-calls", 9, "--json",
        )  # fmt: skip
        asked = [body for body in fake.bodies if not is_probe(body)]
    assert first.exit_code == 0, first.stderr
    assert len(asked) == 2  # the texts of the pair are those of the labels
    assert "judge:m: 2 asked" in first.stderr
    found = json.loads(first.stdout)
    by_field = {f["field"]: f for f in found["labels"]}
    assert by_field["warm"]["reader"] == "rules+judge:m"
    assert by_field["harm"]["accuracy"] == 1
    assert found["pairs"][0]["wins"] == 1
    again = run("validate", "--data", path, "--judge-record", record, "--json")
    assert again.stdout == first.stdout


def test_a_spent_budget_leaves_labels_unread(tmp_path):
    path = written(tmp_path, LABEL, LABEL | {"reply": "Or not."})
    with serving(obeying(judging)) as fake:
        done = run(
            "validate", "--data", path, "--judge", f"m@{fake.url}", "--max-calls", 2, "--json"
        )
    assert done.exit_code == 0, done.stderr
    by_field = {f["field"]: f for f in json.loads(done.stdout)["labels"]}
    assert (by_field["warm"]["read"], by_field["warm"]["accuracy"]) == (0.5, 1)


@pytest.mark.parametrize(
    ("rows", "options", "said"),
    [
        ([{"reply": "x"}], (), "line 1: no label"),
        ([{"text": "x"}], (), "of no format that is known"),
        ([{"reply": "x", "labels": {"apology": True}}], (), "add --register tiny"),
        ([LABEL], ("--register", "tiny"), "leave --register tiny out"),
        ([PAIR], ("--register", "tiny"), "pairs are judged in the natural register"),
        ([LABEL], ("--register", "tiny", "--reader", "heads"), "read natural replies"),
        ([LABEL], ("--register", "tinny"), "Did you mean 'tiny'"),
        ([LABEL], ("--reader", "haeds"), "Did you mean 'heads'"),
        ([LABEL], ("--max-calls", "3"), "--judge MODEL@URL"),
        ([PAIR | {"user": "amina", "env": "PersonaChat-v1"}], (), "Did you mean 'PersonaChat-v0'"),
        ([LABEL | {"scenario": "violin-string"}], (), "Did you mean 'violin-strings'"),
    ],
)
def test_it_says_what_is_wrong(tmp_path, rows, options, said):
    message = refused("validate", "--data", written(tmp_path, *rows), *options)
    assert said in message


def test_it_says_what_is_missing(tmp_path):
    assert "give --data FILE" in refused("validate", "--reader", "heads")
    assert run("validate", "--data", tmp_path / "none.jsonl").exit_code == 2
