"""What a training run tells: what it will do, how far it is, and its numbers at the end."""

from __future__ import annotations

import csv
import json
import logging
import re
from dataclasses import replace
from io import StringIO
from typing import get_type_hints

import pytest
from rich.console import Console
from typer.testing import CliRunner

import persona_env.cli.app
from persona_env.agents import language_model
from persona_env.agents.training import by_ppo, run_envs, timing, train
from persona_env.agents.training.methods import METHODS
from persona_env.agents.training.options import TrainOptions, command_of
from persona_env.agents.training.plan import AFTER, BEFORE, TRAIN, _unread_scenarios
from persona_env.reporting.progress import Job
from persona_env.reporting.run_figures import results
from persona_env.reporting.run_folder import read_run_folder

ROLLOUT = 8 * 64


@pytest.fixture
def options(word_policy, tmp_path):
    return TrainOptions(
        profiles=("sam", "nora"), scenarios=("fact",), steps=2 * ROLLOUT, envs=8,
        max_new_tokens=8, policy=str(word_policy), tracker=("none",), threads=1,
        output=tmp_path / "run",
    )  # fmt: skip


@pytest.fixture
def log():
    """The log as it was, after a command has set it up."""
    root, own = logging.getLogger(), logging.getLogger("persona_env")
    before = root.handlers[:], own.level
    yield
    root.handlers[:] = before[0]
    own.setLevel(before[1])


def run(options, *more):
    arguments = [*command_of(options).split()[1:], *more]
    result = CliRunner().invoke(persona_env.cli.app.app, arguments, env={"COLUMNS": "80"})
    assert result.exit_code == 0, result.output
    return result


def cells(text):
    """The cells of the rows of a table."""
    rows = [line for line in text.splitlines() if line.startswith("│")]
    return [tuple(cell.strip() for cell in row.strip("│").split("│")) for row in rows]


def test_without_a_terminal_there_are_lines_and_a_table_of_what_the_files_hold(options, log):
    told = run(options)
    assert "\x1b" not in told.output
    assert "\r" not in told.output
    lines = told.stderr.splitlines()
    stages = [BEFORE, TRAIN, AFTER]
    assert [line[:-4] for line in lines if line.endswith(" ...")] == stages
    assert [
        name for line in lines for name in stages if re.match(rf"{name}: \d+ s", line)
    ] == stages
    planned = [line.split("  ") for line in lines if re.match(r"[1-4]  ", line)]
    assert [line[1] for line in planned] == [*stages, "report"]
    assert f"{2 * ROLLOUT:,} tokens" in told.stderr
    assert re.search(r"about \d+ s in all, as just timed on this machine", told.stderr)
    assert "Traceback" not in told.output

    last = told.stdout[told.stdout.index("What was learnt") :]
    folder = read_run_folder(options.output)
    assert tuple(cells(last)) == tuple(results(folder).table.rows)
    assert all(len(line) <= 80 for line in last.splitlines() if line.startswith("│"))
    shown = {row[0]: row for row in cells(last)[:3]}
    for place, when in ((2, "before"), (3, "after")):
        report = json.loads((options.output / f"{when}.json").read_text("utf-8"))
        assert shown["reward"][place].startswith(f"{report['reward']['mean']:.3f} ±")
        assert shown["own user best"][place] == f"{sum(report['own_best'])} of 2 rows"
        assert shown["gain"][place].startswith(f"{report['gain']['mean']:.3f}")
    facts = json.loads((options.output / "run.json").read_text("utf-8"))
    assert cells(last)[-2:] == [
        ("minutes", "training", "", f"{facts['seconds'] / 60:.1f}"),
        ("minutes", "this command in all", "", f"{facts['command_seconds'] / 60:.1f}"),
    ]
    assert f"report: {options.output / 'report.html'}\n" in last
    assert facts["command"] == command_of(options)


def test_where_the_gain_is_undefined_the_table_says_why_and_no_number(options, log):
    told = run(options, "--register", "natural", "--quiet")
    rows = {row[0]: row for row in cells(told.stdout)[:3]}
    assert rows["gain"][2:] == ("undefined", "undefined")
    report = json.loads((options.output / "after.json").read_text("utf-8"))
    assert report["gain"]["mean"] is None
    assert f"gain undefined: {report['undefined']['gain']}" in told.stdout.splitlines()


def test_a_quiet_run_tells_its_results_alone_and_is_the_same_run(options, log):
    quiet = replace(options, output=options.output.with_name("quiet"))
    told = run(quiet, "--quiet")
    assert told.stderr == ""
    assert told.stdout.startswith("What was learnt")
    run(options)
    names = ("before", "after", "examples")
    for name in names:
        one, other = (folder / f"{name}.json" for folder in (options.output, quiet.output))
        assert one.read_bytes() == other.read_bytes()
    curves = []
    for folder in (options.output, quiet.output):
        with (folder / "curve.csv").open(encoding="utf-8") as file:
            curves.append([{**row, "seconds": ""} for row in csv.DictReader(file)])
    assert curves[0] == curves[1]


def test_a_run_from_python_writes_the_report_that_it_announces(options, capsys):
    folder = train.train(options)
    assert "report" in capsys.readouterr().err
    assert "<html" in (folder / "report.html").read_text("utf-8")


@pytest.mark.parametrize("steps", [1, ROLLOUT - 1, ROLLOUT + 1])
def test_steps_that_fill_no_whole_rollouts_are_told_before(options, log, steps):
    told = run(replace(options, steps=steps))
    trained = -(-steps // ROLLOUT) * ROLLOUT
    facts = json.loads((options.output / "run.json").read_text("utf-8"))
    assert facts["steps"] == trained
    assert f"{trained:,} tokens: {steps:,} in whole rollouts of {ROLLOUT:,}" in told.stderr


def test_a_bundled_policy_on_scenarios_of_ones_own_is_told_before(options, tmp_path):
    own = replace(options, scenarios=("fact", "own.toml"), policy="persona-tiny")
    assert _unread_scenarios(own) == ["own.toml"]
    assert _unread_scenarios(replace(own, scenarios=("fact",))) == []
    assert _unread_scenarios(replace(own, scenarios=None)) == []
    assert _unread_scenarios(replace(own, policy="org/a-language-model")) == []


def test_a_resumed_run_does_not_judge_the_initial_policy_again(options, log):
    run(options)
    told = run(replace(options, steps=3 * ROLLOUT), "--resume")
    assert BEFORE not in told.stderr
    assert f"{ROLLOUT:,} tokens" in told.stderr
    facts = json.loads((options.output / "run.json").read_text("utf-8"))
    assert "--resume" not in facts["command"]
    assert facts["steps"] == 3 * ROLLOUT


def test_on_a_terminal_bars_move_and_the_path_is_a_link(options):
    console = Console(file=StringIO(), force_terminal=True, width=80, highlight=False)
    train.train(options, Job(console))
    said = console.file.getvalue()
    for name in (BEFORE, TRAIN, AFTER):
        assert re.search(rf"{name} \x1b.*━", said)
        assert re.search(rf"{name}: \d+ s", said)
    assert said.count("\x1b[?25l") == said.count("\x1b[?25h")
    shown = Console(file=StringIO(), force_terminal=True, width=80, color_system="standard")
    shown.print(persona_env.cli.show.linked("report", options.output / "report.html"))
    assert "\x1b]8;" in shown.file.getvalue()
    assert (options.output / "report.html").as_uri() in shown.file.getvalue()


def test_the_time_is_measured_and_no_rewards_are_asked_for_where_a_model_reads(options, tmp_path):
    built = []

    def build(some):
        built.append(some)
        return by_ppo.build(some)

    env = run_envs.judged_envs(options)[0][""]
    start = language_model.load_policy(options.start)
    pace = timing.pace_of(options, env, *start, build)
    assert pace.reply > 0
    assert pace.token > 0
    assert [(some.envs, some.compiled) for some in built] == [(8, False)]
    record = tmp_path / "record.jsonl"
    asked = replace(options, judge="m@http://127.0.0.1:9/v1", judge_record=record)
    run_envs.new_judge()
    env = run_envs.judged_envs(asked)[0][""]
    assert timing.pace_of(asked, env, *start, build) is None
    run_envs.new_judge()


def test_the_help_names_every_method():
    (told,) = get_type_hints(TrainOptions, include_extras=True)["method"].__metadata__
    assert told.help.removeprefix("How it learns: ").rstrip(".").split(", ") == [*METHODS]


def test_the_command_makes_the_same_options():
    given = TrainOptions(
        profiles=("sam", "nora"), gates=(), lr=1e-3, compiled=True, hidden=True, tracker=("none",),
        resume=True, quiet=True,
    )  # fmt: skip
    assert command_of(given) == (
        "persona-env train --profiles sam,nora --gates '' --hidden --lr 0.001 --compile "
        "--tracker none"
    )
    assert command_of(TrainOptions()) == "persona-env train"
