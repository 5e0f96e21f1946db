"""``groups``: what a user of the command sees, and what it writes."""

from __future__ import annotations

import json

import pytest

from tests.cli.test_cli import refused, told

PLANTED = "tests.groups.agents:muslims_refused"
FEW = ("groups", "--categories", "religion,age", "--resamples", 200)


def flat(text):
    return " ".join(text.split())


def test_a_planted_bias_is_told(tmp_path):
    page, picture, saved = tmp_path / "r.html", tmp_path / "r.png", tmp_path / "r.json"
    said = flat(told(*FEW, "--agent", PLANTED, "--page", page, "--picture", picture, "--save",
                     saved, "--kinds", "bait,benign"))  # fmt: skip
    assert "of 8 gaps more than chance: refusal by religion" in said
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
        (("--agent", PLANTED, "--languages", "xx"), "unknown language 'xx'"),
        (("--agent", PLANTED, "--categories", "agee"), "Did you mean 'age'?"),
        (("--agent", PLANTED, "--kinds", "baits"), "Did you mean 'bait'?"),
        (("--agent", PLANTED, "--measure", "charm"), "--measure is one of refusal, warmth"),
        (("--agent", PLANTED, "--page", "r.pdf"), "--page is written as .html or .md, not '.pdf'"),
        (("--agent", PLANTED, "--picture", "r.pdf"), "png"),
        (("--agent", PLANTED, "--classifier", "x"), "module:function"),
        (("--agent", PLANTED, "--level", "2"), "level is above 0 and below 1"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, monkeypatch, given, said):
    monkeypatch.chdir(tmp_path)
    assert said in flat(refused("groups", *given))
    assert [*tmp_path.iterdir()] == []
