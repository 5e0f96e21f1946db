"""``import``: what is written is what the other commands read."""

from __future__ import annotations

import json

import pytest

from persona_env.preferences.formats import read_comparisons
from tests.cli.test_cli import refused, run, told
from tests.suites.shapes import PERSON, TALK, WILD, asked, reply, talk, write


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    other = talk(conversation_id="c2", user_id="user9")
    bad = talk(conversation_id="c3", conversation_history=[asked(0, "a"), reply(0, "b", 300)])
    write(tmp_path / "conversations.jsonl", [TALK, bad, other])
    write(tmp_path / "survey.jsonl", [PERSON])
    write(tmp_path / "wildchat.jsonl", WILD)
    (tmp_path / "survey.db").write_text("no store of comparisons, but a text", "utf-8")
    return tmp_path


def flat(text):
    return " ".join(text.split())


def test_what_is_written_is_read_by_the_others(files):
    said = told(
        "import", "conversations.jsonl", "survey.jsonl", "--margin", 5, "--describe",
        "--prompts", "prompts.jsonl", "--users", "people", "--comparisons", "said.db",
        "--turns", "all",
    )  # fmt: skip
    assert "2 conversations, 2 users" in said
    assert "1 bad row, left out:" in said
    assert "conversations.jsonl, line 2: 'score' is a number from 1 to 100, not 300" in flat(said)
    assert "CC-BY-NC-4.0" in said
    assert "said.db: 14 comparisons" in said
    assert sorted(path.name for path in (files / "people").iterdir()) == [
        "user7.toml", "user9.toml",
    ]  # fmt: skip
    again = told("import", "conversations.jsonl", "survey.jsonl", "--margin", 5, "--describe",
                 "--comparisons", "said.db")  # fmt: skip
    assert "said.db: 0 comparisons, and 14 were there already" in again
    report = json.loads(told(
        "eval", "--agent", "tests.suites.agents:brief", "--prompts", "prompts.jsonl",
        "--profiles", "people", "--no-cross", "--json",
    ))  # fmt: skip
    assert report["reward"]["n"] == 4
    figures = json.loads(told("reward-model", "said.db", "--output", "rm", "--epochs", 1,
                              "--held-out", "0.5", "--json"))  # fmt: skip
    assert figures["comparisons"] + figures["held_out"]["comparisons"] == 14
    figures = json.loads(told("agreement", "said.db", "--json"))
    assert figures["annotators"]["user7"]["same"] == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("more", "sees", "warned"),
    [((), "prompt", True), ((), "blind", False), (("--describe",), "prompt", False)],
)
def test_a_reward_that_sees_the_user_is_told_that_no_comparison_describes_one(
    more, sees, warned, files
):
    told("import", "conversations.jsonl", "--comparisons", "c.jsonl", *more)
    said = run("reward-model", "c.jsonl", "--output", "rm", "--sees", sees, "--held-out", 0)
    assert said.exit_code == 0, said.output
    assert ("no comparison tells of its user" in said.stderr) == warned


def test_as_json_all_bad_rows_are_named(files):
    rows = [TALK, *(talk(conversation_id=f"c{n}", user_id=None) for n in range(2, 40))]
    write(files / "many.jsonl", rows)
    assert "and 18 more; --json names all" in told("import", "many.jsonl")
    found = json.loads(told("import", "many.jsonl", "--comparisons", "a.jsonl", "--json"))
    assert len(found["bad"]) == 38
    assert found["written"] == {"comparisons": "a.jsonl: 7 comparisons"}
    assert len(read_comparisons(files / "a.jsonl")) == 7


def test_wildchat(files):
    said = flat(told("import", "wildchat.jsonl", "--prompts", "p.jsonl", "--split", "heldout"))
    assert "left out: 1 marked as toxic (--toxic keeps them)" in said
    assert "no data of their language: 1 in French" in said
    rows = [json.loads(line) for line in (files / "p.jsonl").read_text("utf-8").splitlines()]
    assert [(row["id"], row["split"]) for row in rows] == [
        ("wildchat-h1-1", "heldout"), ("wildchat-h3-1", "heldout"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("none.jsonl",), "none.jsonl: No such file"),
        (("survey.jsonl", "--comparisons", "x.jsonl"), "hold no comparisons"),
        (("wildchat.jsonl", "--prompts", "p.jsonl", "--comparisons", "x.db"), "no comparisons"),
        (("conversations.jsonl", "--prompts", "p.jsonl", "--comparisons", "survey.db"), "no store"),
        (("wildchat.jsonl", "--comparisons", "x.txt"), "written to .db, .jsonl, .parquet"),
        (("wildchat.jsonl", "--prompts", "x.csv"), "prompts are written to .jsonl, not '.csv'"),
        (("wildchat.jsonl", "--users", "survey.jsonl"), "into a folder, and this is a file"),
        (("wildchat.jsonl", "--turns", "lst"), "Did you mean 'last'?"),
        (("wildchat.jsonl", "--split", "all"), "--split"),
        (("conversations.jsonl", "--ranked", "--margin", 3), "leave --margin or --ranked out"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_no_file(files, given, said):
    before = {path: path.read_bytes() for path in files.iterdir()}
    assert said in flat(refused("import", *given))
    assert {path: path.read_bytes() for path in files.iterdir()} == before
