"""Several seeds: a run each, which resume, and what they reached together; and what logs a run."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from typer.testing import CliRunner

import persona_env.cli.app
from persona_env.agents.training import seeds
from persona_env.agents.training.options import TrainOptions, command_of
from persona_env.agents.training.run_log import Groups
from persona_env.agents.training.train import train
from persona_env.errors import PersonaEnvError
from persona_env.reporting.seeds_report import read_seeds, write_seeds_report

ROLLOUT = 8 * 64


@pytest.fixture
def options(word_policy, tmp_path):
    return TrainOptions(
        profiles=("sam", "nora"), scenarios=("fact",), steps=ROLLOUT, envs=8, max_new_tokens=8,
        policy=str(word_policy), tracker=("none",), threads=1, quiet=True, judge_episodes=6,
        output=tmp_path / "run",
    )  # fmt: skip


def test_seeds_are_drawn_and_more_of_them_begin_alike(options):
    three, five = (seeds.runs_of(replace(options, seeds=count)) for count in (3, 5))
    assert [run.seed for run in three] == [run.seed for run in five][:3]
    drawn = sorted(run.seed for run in five)
    assert np.diff(drawn).min() > options.envs  # else some of their prompts were the same
    assert [run.output.name for run in three] == ["seed-0", "seed-1", "seed-2"]
    assert {run.seeds for run in three} == {1}
    other = seeds.runs_of(replace(options, seeds=3, seed=1))
    assert not {run.seed for run in other} & {run.seed for run in five}


def test_several_seeds_are_trained_summed_up_and_resumed(options, monkeypatch):
    several = replace(options, seeds=2)
    train(several)
    found = read_seeds(options.output)
    rewards = []
    for number, run in enumerate(seeds.runs_of(several)):
        after = json.loads((run.output / "after.json").read_text("utf-8"))
        rewards.append(after["reward"]["mean"])
        assert found["runs"][number]["seed"] == run.seed
        assert json.loads((run.output / "run.json").read_text("utf-8"))["command"] == command_of(
            run
        )
    figure = next(one for one in found["figures"] if one["name"] == "reward")
    assert figure["of"] == "users of the training"
    assert figure["after"] == {
        "values": rewards, "mean": pytest.approx(np.mean(rewards)),
        "low": min(rewards), "high": max(rewards),
    }  # fmt: skip
    with pytest.raises(PersonaEnvError, match="holds a run: give --resume"):
        train(several)

    trained = []
    monkeypatch.setattr(seeds, "train", lambda run, job: trained.append(run) or train(run, job))
    train(replace(several, seeds=3, resume=True))
    assert [run.output.name for run in trained] == ["seed-2"]
    assert len(read_seeds(options.output)["runs"]) == 3
    result = CliRunner().invoke(persona_env.cli.app.app, ["report", str(options.output)])
    assert result.exit_code == 0, result.output
    page = (options.output / "report.html").read_text("utf-8")
    assert "3 seeds" in page
    assert 'href="seed-2/report.html"' in page
    assert "--seeds 3" in page


def summary_of(**figure):
    run = {"folder": "seed-0", "seed": 7, "steps": 512, "seconds": 60.0}
    figures = [{"name": "reward", "of": "<users>", **figure}]
    return {"command": "persona-env train --seeds 2", "runs": [run], "figures": figures}


def test_the_page_shows_mean_and_spread_and_escapes(tmp_path):
    spread = {"values": [0.1, 0.4], "mean": 0.25, "low": 0.1, "high": 0.4}
    page = write_seeds_report(tmp_path, summary_of(before=None, after=spread)).read_text("utf-8")
    assert "0.250 (0.100 to 0.400)" in page
    assert "undefined" in page
    assert "&lt;users&gt;" in page
    (tmp_path / "summary.json").write_text("[]")
    with pytest.raises(PersonaEnvError, match="is not what 'persona-env train --seeds' writes"):
        write_seeds_report(tmp_path)


def test_a_folder_of_one_run_is_not_mixed_with_those_of_several(options):
    options.output.mkdir()
    (options.output / "state.safetensors").touch()
    with pytest.raises(PersonaEnvError, match="holds a run of one seed"):
        train(replace(options, seeds=2))


def test_a_group_counts_when_its_last_reply_has_ended():
    groups = Groups(4, 2)
    assert np.isnan(groups.share())
    for row, reward in ((0, 0.5), (0, 0.1), (2, 0.3), (3, 0.3)):
        groups.add(row, reward)
    assert groups.share() == 1.0  # rows 2 and 3; row 1 is still at its first reply
    groups.add(1, 0.5)
    groups.add(1, 0.2)
    assert groups.share() == 0.5
    alone = Groups(2, 1)
    alone.add(0, 0.5)
    assert np.isnan(alone.share())


def test_the_share_of_groups_without_a_signal_is_in_every_record(options):
    train(replace(options, tracker=None, quiet=False))
    events = EventAccumulator(str(options.output / "tensorboard")).Reload()
    (logged,) = events.Scalars("rollout/groups_without_signal")
    lines = (options.output / "curve.csv").read_text("utf-8").splitlines()
    column = lines[0].split(",").index("groups_without_signal")
    assert float(lines[1].split(",")[column]) == pytest.approx(logged.value, abs=1e-4)
    assert "Groups without a signal" in (options.output / "report.html").read_text("utf-8")


class Run:
    def __init__(self, log):
        self.log, self.finish = log, lambda: log("finished")


@pytest.mark.parametrize("name", ["wandb", "trackio"])
def test_a_tracker_is_given_the_numbers_and_ended(options, monkeypatch, name):
    began, logged = [], []
    module = ModuleType(name)
    module.init = lambda **given: (
        began.append(given) or Run(lambda numbers, step=None: logged.append((numbers, step)))
    )
    monkeypatch.setitem(sys.modules, name, module)
    train(replace(options, tracker=(name, "tensorboard")))
    (given,) = began
    assert given["project"] == "persona-env"
    assert given["resume"] == "allow"
    assert given["name"].startswith("run-")
    assert given["config"]["envs"] == 8
    assert given["config"]["lr"] == 3e-4
    (numbers, step), last = logged
    assert step == ROLLOUT
    assert 0 <= numbers["rollout/groups_without_signal"] <= 1
    assert last == ("finished", None)
    assert (options.output / "tensorboard").is_dir()


def test_a_tracker_that_is_not_installed_is_told_before_anything_is_written(options, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(PersonaEnvError, match=r"pip install 'persona_env\[wandb\]'"):
        train(replace(options, tracker=("wandb",)))
    assert not options.output.exists()
