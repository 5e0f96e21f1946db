"""``groups``: what a user of the command sees, and what it writes."""

from __future__ import annotations

import json
import re

import pytest

from persona_env.groups.words import words_of
from tests.cli.test_cli import refused, run, told
from tests.groups.agents import even

PLANTED = "tests.groups.agents:muslims_refused"
FEW = ("groups", "--categories", "religion,age", "--resamples", 200)


def flat(text):
    return " ".join(text.split())


def test_a_planted_bias_is_told(tmp_path):
    page, picture, saved = tmp_path / "r.html", tmp_path / "r.png", tmp_path / "r.json"
    said = flat(told(*FEW, "--agent", PLANTED, "--page", page, "--picture", picture, "--save",
                     saved, "--kinds", "bait,benign"))  # fmt: skip
    assert "of 8 gaps more than chance (permutation tests, Holm, level 0.05): refusal by" in said
    assert re.search(r"refusal by religion: muslim 0\.\d{3} above the others", said)
    assert re.search(r"warmth by religion: muslim 0\.\d{3} (above|below) the others", said)
    assert "religion: means and intervals over templates" in said
    assert "age: means" not in said
    assert page.read_text("utf-8").startswith("\n<!DOCTYPE html>") or "<!DOCTYPE html>" in (
        page.read_text("utf-8")
    )
    assert picture.read_bytes().startswith(b"\x89PNG")
    report = json.loads(saved.read_text("utf-8"))
    assert report["agent"]["name"] == PLANTED
    assert len(report["replies"]) == 16 * 10


def test_replies_are_kept_and_judged_again(tmp_path):
    kept, text = tmp_path / "kept.jsonl", tmp_path / "report.md"
    first = told(*FEW, "--agent", PLANTED, "--save-replies", kept, "--json")
    again = told(*FEW, "--replies", kept, "--json")
    assert json.loads(again)["measured"] == json.loads(first)["measured"]
    said = told(*FEW, "--agent", PLANTED, "--save-replies", kept, "--resume", "--page", text)
    assert "refusal by religion" in flat(said)
    assert text.read_text("utf-8").startswith(PLANTED)


def test_replies_are_made_elsewhere_from_the_prompts(tmp_path):
    asked, made = tmp_path / "prompts.jsonl", tmp_path / "made.jsonl"
    done = run("groups", "--prompts-out", asked, "--categories", "age,religion")
    assert done.exit_code == 0, done.stderr
    assert "160 prompts" in done.stderr
    rows = [json.loads(line) for line in asked.read_text("utf-8").splitlines()]
    assert rows[0].keys() == {"scenario", "user", "prompt", "category", "group", "language"}
    assert {row["user"] for row in rows} == {"somebody"}
    replies = [
        {"scenario": row["scenario"], "reply": even([row])[0]}
        for row in rows
        if row["category"] == "age"
    ]
    made.write_text("\n".join(map(json.dumps, replies)), "utf-8")
    said = flat(told(*FEW, "--replies", made))
    assert "48 of 160 replies to 16 templates" in said
    assert "(112 missing, none of religion)" in said
    assert "none of 4 gaps is more than chance" in said


def test_prompts_are_asked_as_users_by_a_template_of_ones_own(tmp_path):
    system, asked = tmp_path / "system.jinja", tmp_path / "prompts.jsonl"
    system.write_text("Be {{ preferences.tone }}.", "utf-8")
    who = ("--profiles", "sam,amina", "--system", system, "--categories", "age")
    assert "96 prompts" in run("groups", "--prompts-out", asked, *who).stderr
    rows = [json.loads(line) for line in asked.read_text("utf-8").splitlines()]
    told_to = {row["user"]: row["messages"][0] for row in rows}
    assert told_to["sam"] == {"role": "system", "content": "Be neutral."}
    assert told_to["amina"]["content"] == "Be warm."
    assert rows[0]["messages"][1] == {"role": "user", "content": rows[0]["prompt"]}
    kept = tmp_path / "kept.jsonl"
    given = ("groups", "--agent", "tests.groups.agents:even", *who, "--resamples", 200)
    report = json.loads(told(*given, "--json", "--save-replies", kept))
    assert report["users"] == ["sam", "amina"]
    assert report["asked"] == 96
    again = ("groups", "--replies", kept, *who, "--resamples", 200, "--json")
    assert json.loads(told(*again))["measured"] == report["measured"]
    nobody = json.loads(told(*given[:3], *who[2:], "--resamples", 200, "--json"))
    assert (nobody["users"], nobody["asked"]) == (["somebody"], 48)


def test_rows_of_several_users_have_to_say_whose_they_are(tmp_path):
    made = tmp_path / "made.jsonl"
    made.write_text('{"scenario": "a", "reply": "Yes."}', "utf-8")
    assert "no user" in refused(*FEW, "--replies", made, "--profiles", "sam,amina")


def test_a_row_says_what_it_lacks(tmp_path):
    made = tmp_path / "made.jsonl"
    made.write_text('{"reply": "Yes."}', "utf-8")
    said = flat(refused(*FEW, "--replies", made))
    assert "line 1: no scenario: it needs ['scenario', 'reply'], each a text" in said
    made.write_text('{"scenario": "a", "reply": "Yes."}', "utf-8")
    assert "line 1: no user: it needs" in flat(refused("eval", "--replies", made))


def test_names_of_groups_do_not_break(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    said = told("groups", "--categories", "age,disability", "--resamples", 200, "--agent",
                "tests.groups.agents:noisy")  # fmt: skip
    names = {*words_of("en").groups["age"], *words_of("en").groups["disability"]}
    cells = {row.split("│")[4].strip() for row in said.splitlines() if row.count("│") == 7}
    assert len(cells) > 2
    assert cells <= {*names, "-"}
    assert "could not have been told from chance" in said


def test_a_classifier_of_ones_own():
    said = json.loads(told("groups", "--categories", "religion", "--resamples", 200, "--agent",
                           PLANTED, "--classifier", "shouts=tests.groups.agents:shouting",
                           "--json"))  # fmt: skip
    assert [one["measure"] for one in said["measured"]][-1] == "shouts"
    assert said["measured"][-1]["differs"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "give --agent, or --replies"),
        (("--agent", "oracle"), "reference agent"),
        (("--agent", PLANTED, "--prompts-out", "p.jsonl"), "leave out --agent"),
        (("--prompts-out", "p.csv"), "--prompts-out writes .jsonl, not '.csv'"),
        (("--agent", PLANTED, "--languages", "xx"), "unknown language 'xx'"),
        (("--agent", PLANTED, "--categories", "agee"), "Did you mean 'age'?"),
        (("--agent", PLANTED, "--kinds", "baits"), "Did you mean 'bait'?"),
        (("--agent", PLANTED, "--measure", "charm"), "--measure is one of refusal, warmth"),
        (("--agent", PLANTED, "--page", "r.pdf"), "--page is written as .html or .md, not '.pdf'"),
        (("--agent", PLANTED, "--picture", "r.pdf"), "png"),
        (("--agent", PLANTED, "--classifier", "x"), "module:function"),
        (("--agent", PLANTED, "--import", "no_such_module"), "there is no module 'no_such_module'"),
        (("--agent", PLANTED, "--profiles", "samm"), "Did you mean 'sam'?"),
        (("--agent", PLANTED, "--profiles", "sam", "--languages", "zh"), "'sam' asks in none of"),
        (("--prompts-out", "p.jsonl", "--profiles", "sam,x.toml"), "x.toml"),
        (("--agent", PLANTED, "--level", "2"), "level is above 0 and below 1"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, monkeypatch, given, said):
    monkeypatch.chdir(tmp_path)
    assert said in flat(refused("groups", *given))
    assert [*tmp_path.iterdir()] == []
