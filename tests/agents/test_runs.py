"""The folder of a run: one writer, whole files, and a run that was stopped continues."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from typer.testing import CliRunner

import persona_env.cli.app
from persona_env.agents.language_model import load_policy
from persona_env.agents.pretraining.pretrain import Recipe, pretrain
from persona_env.agents.training import checkpoint as state
from persona_env.agents.training.checkpoint import load_modules, save_modules
from persona_env.agents.training.options import TrainOptions
from persona_env.agents.training.run_folder import LOCK, only_writer
from persona_env.agents.training.run_log import RunLog, read_curve
from persona_env.agents.training.train import train
from persona_env.errors import PersonaEnvError

from .small_policy import small

ROLLOUT = 8 * 64  # steps: of each environment 64
WHOLE = {
    "after.json", "before.json", "curve.csv", "curve.png", "examples.json", "matrix_after.png",
    "matrix_before.png", "policy", "report.html", "run.json", "state.safetensors", LOCK,
}  # fmt: skip


@pytest.fixture
def options(word_policy, tmp_path):
    return TrainOptions(
        profiles=("sam", "nora", "leo"), scenarios=("fact",), steps=3 * ROLLOUT, envs=8,
        max_new_tokens=8, policy=str(word_policy), tracker=("none",), threads=1,
        output=tmp_path / "run",
    )  # fmt: skip


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def steps(folder: Path) -> list[int]:
    with (folder / "curve.csv").open(encoding="utf-8") as file:
        return [int(row["step"]) for row in csv.DictReader(file)]


def check_whole(options: TrainOptions, done: int) -> None:
    """Everything is there, and everything is of the same step."""
    folder = options.output
    assert {path.name for path in folder.iterdir()} == WHOLE
    assert steps(folder) == list(range(ROLLOUT, done + 1, ROLLOUT))
    assert json.loads((folder / "run.json").read_text("utf-8"))["steps"] == done
    assert state.read_facts(folder / "state.safetensors")["steps"] == done
    saved = load_file(folder / "state.safetensors")
    model = load_policy(folder / "policy")[0]
    for name, value in model.named_parameters():
        assert torch.equal(value, saved[f"model.model.{name}"])


def stopping(monkeypatch, error, after):
    """Raise ``error`` in the middle of the rollout after so many steps of the environments."""
    plain = RunLog._on_step

    def step(log):
        if log.n_calls > after:
            raise error
        return plain(log)

    monkeypatch.setattr(RunLog, "_on_step", step)


def test_a_run_is_whole_and_another_in_its_folder_is_refused(options):
    train(options)
    check_whole(options, 3 * ROLLOUT)
    before = files(options.output)
    with pytest.raises(PersonaEnvError, match="holds a run: give --resume"):
        train(options)
    assert files(options.output) == before
    train(replace(options, resume=True, steps=4 * ROLLOUT))
    check_whole(options, 4 * ROLLOUT)


def test_ctrl_c_keeps_what_was_learnt_up_to_the_last_update(options, monkeypatch):
    with monkeypatch.context() as patch:
        stopping(patch, KeyboardInterrupt, 2 * 64 + 5)
        train(options)
    check_whole(options, 2 * ROLLOUT)
    train(replace(options, resume=True))
    check_whole(options, 3 * ROLLOUT)


def test_ctrl_c_before_anything_was_learnt_leaves_nothing_in_the_way(options, monkeypatch):
    with monkeypatch.context() as patch:
        stopping(patch, KeyboardInterrupt, 5)
        with pytest.raises(KeyboardInterrupt):
            train(options)
    assert {path.name for path in options.output.iterdir()} == {"before.json", LOCK}
    train(options)
    check_whole(options, 3 * ROLLOUT)


def test_a_full_disk_ends_the_run_with_its_last_state_and_it_continues(options, monkeypatch):
    plain, written = state.save_file, []

    def full(tensors, path, facts):
        written.append(path)
        if len(written) == 2:
            Path(path).write_bytes(b"half")
            raise SafetensorError("I/O error: No space left on device (os error 28)")
        plain(tensors, path, facts)

    monkeypatch.setattr(state, "save_file", full)
    with pytest.raises(OSError, match=r"cannot write .*state.safetensors: .*No space left"):
        train(options)
    found = {path.name for path in options.output.iterdir()}
    assert found == {"before.json", "curve.csv", "state.safetensors", LOCK}
    assert state.read_facts(options.output / "state.safetensors")["steps"] == ROLLOUT
    assert steps(options.output) == [ROLLOUT, 2 * ROLLOUT]  # a line ahead of the state
    train(replace(options, resume=True))
    check_whole(options, 3 * ROLLOUT)


RUN = """
from pathlib import Path
from persona_env.agents.training.options import TrainOptions
from persona_env.agents.training.train import train
if __name__ == "__main__":
    train(TrainOptions(**{options!r}))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_a_killed_run_continues_and_its_lock_is_free(options):
    given = {
        **{name: getattr(options, name) for name in ("profiles", "scenarios", "envs", "policy")},
        "max_new_tokens": 8, "tracker": ("none",), "threads": 1, "steps": 10_000 * ROLLOUT,
    }  # fmt: skip
    code = RUN.format(options=given).replace("**{", f"output=Path({str(options.output)!r}), **{{")
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 120
        while not (options.output / "state.safetensors").exists():
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        with pytest.raises(PersonaEnvError, match="another process is writing to"):
            train(replace(options, resume=True))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = state.read_facts(options.output / "state.safetensors")["steps"]
    train(replace(options, resume=True, steps=done + ROLLOUT))
    check_whole(options, done + ROLLOUT)


def test_of_two_writers_one_is_refused_and_a_new_folder_goes_again(tmp_path):
    with only_writer(tmp_path / "run") as folder:
        (folder / "before.json").write_text("{}")
        command = ["train", "--output", str(folder), "--envs", "4"]
        result = CliRunner().invoke(persona_env.cli.app.app, command)
        assert result.exit_code == 2
        assert "another process is writing to" in result.stderr
        assert set(files(folder)) == {"before.json", LOCK}
    with only_writer(folder):  # free again
        pass
    with pytest.raises(ZeroDivisionError), only_writer(tmp_path / "a" / "b"):
        raise ZeroDivisionError
    assert not (tmp_path / "a").exists()


def test_a_run_is_resumed_with_the_options_that_make_it(options, monkeypatch):
    train(replace(options, steps=ROLLOUT))
    before = files(options.output)
    for change in (
        {"scenarios": ("know_how",)}, {"hidden": True}, {"policy": "persona-tiny"},
        {"end_token": "<end>"}, {"max_turns": 2},
    ):  # fmt: skip
        with pytest.raises(PersonaEnvError, match=f"was begun with {next(iter(change))}="):
            train(replace(options, resume=True, **change))
    assert files(options.output) == before
    train(replace(options, resume=True, lr=1e-3, envs=4, steps=2 * ROLLOUT))
    assert steps(options.output) == [ROLLOUT, ROLLOUT + ROLLOUT // 2, 2 * ROLLOUT]


def test_a_curve_is_cut_at_the_step_of_the_state(tmp_path):
    path = tmp_path / "curve.csv"
    assert read_curve(path, 8) == []
    path.write_text("step,reward\n4,0.1\n8,0.2\n12,0.3\n", encoding="utf-8")
    assert [row["step"] for row in read_curve(path, 8)] == ["4", "8"]
    assert read_curve(path, 0) == []  # what a run left that never came to a state
    path.write_text("step,reward\n4,0.1\nx", encoding="utf-8")
    with pytest.raises(PersonaEnvError, match="not the curve of a run"):
        read_curve(path, 8)


def test_a_state_that_does_not_fit_changes_nothing(tmp_path):
    path, model = tmp_path / "state.safetensors", small("llama")
    other, optimizer = small("gpt2"), torch.optim.AdamW(model.parameters())
    save_modules(path, other, [], {"steps": 3})
    before = [p.clone() for p in model.parameters()]
    with pytest.raises(PersonaEnvError, match="the state of another model"):
        load_modules(path, model, [optimizer])
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(PersonaEnvError, match="is not the state of a run"):
        load_modules(path, model, [optimizer])
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


def test_pretraining_has_one_writer_and_refuses_before_it_writes(tmp_path):
    tiny = Recipe(vocab_size=300, hidden_size=16, layers=1, heads=2, steps=8, batch=2)
    for wrong, device in ((tiny, "gpu"), (replace(tiny, start="persona-tny"), "cpu")):
        with pytest.raises(PersonaEnvError):
            pretrain(tmp_path / "new", wrong, device)
    assert not (tmp_path / "new").exists()
    with only_writer(tmp_path / "one"):
        with pytest.raises(PersonaEnvError, match="another process is writing to"):
            pretrain(tmp_path / "one", tiny, "cpu")
        assert set(files(tmp_path / "one")) == {LOCK}
