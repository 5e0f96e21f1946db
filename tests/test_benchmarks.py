"""The benchmarks run: tiny here, to see that they do, and one behind the other in one process."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import gymnasium as gym
import pytest
from typer.testing import CliRunner

from persona_env.cli.app import app
from persona_env.preferences import Comparison

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


@pytest.mark.slow
def test_the_figures_of_shapes_are_printed_with_their_spread():
    script = [sys.executable, str(BENCHMARKS / "shapes.py"), "threshold", "desirable", "minority"]
    done = subprocess.run([*script, "--seeds", "2"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("- ")]
    assert len(lines) == 6 + 2 + 4
    assert sum(" ± " in line and line.endswith(" seeds)") for line in lines) == 6 + 4


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


def test_the_picture_of_methods_shows_each_row_of_the_table_on_the_page(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    methods, figure = (importlib.import_module(name) for name in ("methods", "_method_figure"))
    table = methods.on_page(methods.PAGE, "table")
    found = figure.points(table)
    assert len(found) == len(table.splitlines()) - 2 > 10
    assert {*methods.TITLES.values()} < {*found}
    assert all({"reward", "KL, nats"} <= {*cells} for cells in found.values())
    assert found["start"]["KL, nats"] == (0, 0)
    monkeypatch.setattr(figure, "PICTURE", tmp_path / "methods.png")
    figure.draw(table)
    assert (tmp_path / "methods.png").stat().st_size > 10_000


@pytest.fixture
def real_methods(monkeypatch):
    """The learners on a real language model; all of it runs in ``tests/hosts/test_learning.py``."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("real_methods")


def test_each_learner_of_a_real_model_is_a_command_of_the_library(
    real_methods, tmp_path, monkeypatch
):
    """Its options are known, and taken by its method; nothing is trained."""
    (tmp_path / "comparisons.jsonl").touch()
    given = []
    monkeypatch.setattr("persona_env.agents.training.train.train", lambda o, job: given.append(o))
    monkeypatch.setattr("persona_env.cli.train._tell", lambda *args, **options: None)
    asked = SimpleNamespace(threads=1)
    for name, (options, parts) in real_methods.methods(tmp_path, "persona-tiny").items():
        shared = real_methods.shared(asked, "persona-tiny", 2048 // parts)
        words = ["train", *options.split(), *shared, "--output", str(tmp_path / name)]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, f"{name}: {done.output}"
        assert given[-1].steps * parts == 2048, name
    families = {"ppo", "dpo", "kto", "grpo", "sft", "best-of-n", "ai-feedback", "constitution"}
    assert families <= {one.method for one in given}


def test_the_start_of_a_real_model_learns_replies_to_the_same_questions_for_each(
    real_methods, monkeypatch
):
    """Of replies that suit a user, best first: short ones, to questions that both have one to."""

    def row(question, reply):
        return {
            "prompt": [{"role": "user", "content": question}],
            "completion": [{"content": reply}],
        }

    most = "long " * real_methods.TOKENS
    ann = [
        row("b", "1"),
        row("a", most),
        row("c", "2"),
        row("a", "3"),
        row("d", "4"),
        row("e", "5"),
    ]
    bob = [
        row("e", "6"),
        row("c", "7"),
        row("b", "8"),
        row("f", "9"),
        row("d", most),
        row("a", "0"),
    ]
    codec = SimpleNamespace(encode=str.split)
    monkeypatch.setattr(real_methods, "ALL", 6)
    monkeypatch.setitem(real_methods.WARM_UP, "rows", 3)
    monkeypatch.setattr(real_methods, "worlds", lambda *given: None)
    monkeypatch.setattr(real_methods, "load_policy", lambda name: (None, codec))
    monkeypatch.setattr(real_methods, "warm_up_rows", lambda *given: ann + bob)
    found = real_methods.warm_up("some")
    said = [(one["prompt"][0]["content"], one["completion"][0]["content"]) for one in found]
    # Places: b 0 + 2, c 2 + 1, e 5 + 0, a 3 + 5; d and f are no pair.
    assert said == [("b", "1"), ("c", "2"), ("e", "5"), ("b", "8"), ("c", "7"), ("e", "6")]


def test_a_run_that_is_there_is_only_read_and_one_that_fails_names_its_log(real_methods, tmp_path):
    first = real_methods.run(tmp_path, "version", ["--version"], tmp_path / "made")
    assert first["seconds"] > 0
    assert first["gb"] > 0
    assert real_methods.run(tmp_path, "version", ["no", "such"], tmp_path / "made") == first
    with pytest.raises(SystemExit, match=r"wrong failed: see .*wrong\.log"):
        real_methods.run(tmp_path, "wrong", ["no-such-command"], tmp_path / "made")
    assert "No such command" in (tmp_path / "costs" / "wrong.log").read_text("utf-8")
    assert not (tmp_path / "costs" / "wrong.json").exists()


def test_a_row_has_a_cell_for_each_column(real_methods):
    each = {"ann": {"words": 12.4, "lists": 0.5}, "bob": {"words": 30.0, "lists": 1.0}}
    found = {"reward": {"mean": 0.5, "se": 0.04}, "margin": {"mean": 0.1, "se": 0.02}}
    cost = {"seconds": 90.0, "gb": 4.25}
    row = real_methods.row("sft", found | {"counted": each}, cost, 2048)
    assert row == (
        "| sft | 0.500 ± 0.040 | 0.100 ± 0.020 | 12 / 30 | 0.50 / 1.00 | 2048 | 1.5 | 4.2 |"
    )
    assert row.count("|") == len(real_methods.COLUMNS) + 1


def test_who_compares_is_held_against_the_rule_on_the_pairs_that_neither_calls_a_tie(
    real_methods,
):
    env = gym.make("PersonaChat-v0", profiles=["sam"], register="tiny").unwrapped
    asked = {"prompt": "?", "env": "PersonaChat-v0", "user": "sam", "scenario": "fluffy-rice"}
    good, bad = env.oracle(env.scenarios.find("fluffy-rice"), env.users[0]), "No."
    said = [
        Comparison(replies=replies, label=label, annotator="ana", **asked)
        for replies, label in [
            ((good, bad), "first"), ((bad, good), "second"), ((bad, good), "first"),
            ((good, bad), "same"), ((good, good), "first"),
        ]
    ]  # fmt: skip
    assert real_methods.agreement(env, said) == "0.67 ± 0.27 of 3 pairs"
