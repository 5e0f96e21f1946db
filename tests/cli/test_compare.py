"""``compare``: saved reports side by side."""

from __future__ import annotations

import json

import pytest
from rich.cells import cell_len

from tests.cli.test_cli import refused, told

CASES = (
    "--profiles",
    "nora,sam",
    "--scenarios",
    "fluffy-rice,egg-fresh-test",
    "--register",
    "tiny",
)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    for agent in ("blind", "oracle"):
        told("eval", "--agent", agent, *CASES, "--split", "all", "--save", folder / f"{agent}.json")
    return [folder / "blind.json", folder / "oracle.json"]


def test_a_table_and_who_earns_more(reports):
    lines = told("compare", *reports, "--format", "markdown").splitlines()
    assert lines[0].startswith("| agent | reward | difference | gain |")
    assert lines[2].startswith("| blind |")
    lines = told("compare", *reports).splitlines()
    assert any(line.startswith("oracle earns") and "less in 0" in line for line in lines)


def test_many_agents_fit_a_terminal_of_80_columns(reports, tmp_path):
    others = [tmp_path / f"a-rather-long-name-of-agent-{number}.json" for number in range(4)]
    for path in others:
        path.write_bytes(reports[1].read_bytes())
    text = told("compare", reports[0], *others)
    lines = [line for line in text.splitlines() if line[:1] in "┏┃┡│└"]
    assert all(cell_len(line) <= 80 for line in lines)
    assert sum("difference" in line for line in lines) == 2  # two tables
    assert "agent-3" in text


def test_by_user_as_csv_latex_and_json(reports):
    assert told("compare", *reports, "--format", "latex").startswith(r"\begin{tabular}")
    head, _, oracle = told("compare", *reports, "--format", "csv", "--cluster", "user").splitlines()
    rows = json.loads(told("compare", *reports, "--json", "--cluster", "user"))
    figure = dict(zip(head.split(","), oracle.split(","), strict=True))["difference_low"]
    assert float(figure) == rows[1]["difference_low"] >= 0


def test_the_same_name_in_two_folders_is_told_apart(reports, tmp_path):
    twin = tmp_path / "blind.json"
    twin.write_bytes(reports[1].read_bytes())
    first, second = json.loads(told("compare", reports[0], twin, "--json"))
    assert first["agent"] == f"{reports[0].parent.name}/blind"
    assert second["agent"] == f"{tmp_path.name}/blind"


def test_a_picture_is_saved(reports, tmp_path):
    told("compare", *reports, "--plot", tmp_path / "rewards.svg")
    assert "<svg" in (tmp_path / "rewards.svg").read_text("utf-8")


def test_what_cannot_be_compared_is_refused(reports, tmp_path):
    assert "give at least two reports" in refused("compare", reports[0])
    assert "a report is given twice" in refused("compare", reports[0], reports[0])
    made = refused("compare", reports[0], "replies.jsonl")
    assert "eval --replies replies.jsonl --save" in made
    assert "Did you mean 'user'" in refused("compare", *reports, "--cluster", "users")
    assert "markdown" in refused("compare", *reports, "--format", "html")
    assert "no.json" in refused("compare", reports[0], tmp_path / "no.json")
    assert "'gif'" in refused("compare", *reports, "--plot", tmp_path / "rewards.gif")
