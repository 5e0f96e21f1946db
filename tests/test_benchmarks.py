"""The benchmarks run: tiny here, to see that they do, and one behind the other in one process."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
NAMES = (
    "beside", "exploits", "false_alarms", "floor", "fresh", "growth", "imitation", "limits",
    "memory", "natural", "overopt", "peers", "proxies", "reward_models", "scoring", "share",
    "spoilt", "stepping", "training",
)  # fmt: skip
TOGETHER = """
import runpy, sys, traceback

folder, *names = sys.argv[1:]
sys.path.insert(0, folder)
for name in names:
    print("==", name, flush=True)
    sys.argv = [f"{folder}/{name}.py", "--quick"]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except BaseException:
        traceback.print_exc(file=sys.stdout)
"""
"""What is loaded is loaded once. A benchmark that starts processes has a process of its own."""


def printed():
    """What each benchmark printed, and why it stopped if it did."""
    command = [sys.executable, "-c", TOGETHER, str(BENCHMARKS), *NAMES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    parts = [part.partition("\n") for part in f"\n{done.stdout}".split("\n== ")[1:]]
    return {name: text for name, _, text in parts}


@pytest.mark.slow
def test_each_benchmark_prints_its_table():
    told = printed()
    assert [*told] == [*NAMES]
    for name, text in told.items():
        assert "Traceback" not in text, f"{name}: {text}"
        assert sum(line.startswith("| ") for line in text.splitlines()) > 2, f"{name}: {text}"
    missing = "pip install -r benchmarks/peer_ways/requirements/gem.txt"
    assert f"- left out: gem is not installed here: {missing}" in told["peers"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["scale", "silences", "against"])
def test_a_benchmark_that_starts_processes_prints_its_table(name):
    script = [sys.executable, str(BENCHMARKS / f"{name}.py"), "--quick"]
    if name == "against":
        script += [str(BENCHMARKS.parent), "--python", sys.executable]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len([line for line in done.stdout.splitlines() if line.startswith("| ")]) > 2


RUN = {
    "peer": "gem-llm", "version": "9.1", "ours": {"Steps": ["ours", "ours, slow"]},
    "tables": {"Steps": {"ours": [90.0, 100.0, 110.0], "ours, slow": [1.0], "gem": [50.0, 25.0]}},
}  # fmt: skip
OTHER = {
    "peer": "trl", "version": "8.2", "ours": {"Steps": ["ours", "ours, slow"]},
    "tables": {"Steps": {"ours": [200.0], "ours, slow": [3.0], "trl": [0.1]}},
}  # fmt: skip


@pytest.fixture
def page(monkeypatch):
    """How the runs of several environments become one section."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("peer_ways.page")


def test_a_peer_is_compared_with_our_first_way_in_its_own_run(page, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([RUN]))
    (tmp_path / "b.json").write_text(json.dumps([OTHER]))
    text = page.section(page.load([tmp_path / "a.json", tmp_path / "b.json"]))
    assert "gem-llm 9.1, trl 8.2" in text
    assert [line for line in text.splitlines() if line.startswith("| ")][1:] == [
        "| ours | 105 | 90 | 200 | 1.000 |", "| ours, slow | 2 | 1 | 3 | 0.019 |",
        "| gem | 38 | 25 | 50 | 0.375 |", "| trl | 0 | 0 | 0 | 0.0005 |",
    ]  # fmt: skip


def test_goals_are_told_by_the_medians_of_the_run_that_has_both_ways(page):
    ours, theirs, goal = page.AIMS[0]
    tables = {"Tokens": {ours: [200.0, 300.0, 400.0], theirs: [8.0]}}
    run = {"peer": "torchrl", "version": "1", "ours": {"Tokens": [ours]}, "tables": tables}
    text = page.section([RUN, run])
    assert text.endswith(f"{page.AIM_HEAD}\n| {ours} | {theirs} | 37.5 | {goal:g} |\n")
    assert "Goals" not in page.section([RUN])


def test_each_goal_names_ways_that_are_measured(page):
    """Ours by the names of ``ours.py``; a peer's by a text of its module."""
    from peer_ways import ours

    ways = {name for table in ours.ways(1).values() for name in table} | {"PPO from here"}
    assert {own for own, _, _ in page.AIMS} <= ways


def test_the_section_is_put_between_the_marks_of_the_page(page, tmp_path):
    path = tmp_path / "speed.md"
    path.write_text(f"before\n{page.BEGIN}old\n{page.END}after\n", "utf-8")
    page.write(path, "new\n")
    assert path.read_text("utf-8") == f"before\n{page.BEGIN}\nnew\n\n{page.END}after\n"
    path.write_text("no marks", "utf-8")
    with pytest.raises(ValueError, match="lacks the marks"):
        page.write(path, "new")
