"""What logs a training: the newest wandb and trackio, both without a network."""

import pytest

from persona_env.agents.training.options import TrainOptions
from persona_env.agents.training.train import train

ROLLOUT = 4 * 64


@pytest.fixture
def options(tmp_path):
    return TrainOptions(
        profiles=("sam", "nora"), scenarios=("fact",), steps=ROLLOUT, envs=4, max_new_tokens=8,
        threads=1, quiet=True, judge_episodes=2, output=tmp_path / "run",
    )  # fmt: skip


def test_wandb_logs_offline(options, monkeypatch):
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    train(TrainOptions(**{**vars(options), "tracker": ("wandb",)}))
    (log,) = (options.output / "wandb").glob("offline-run-*/*.wandb")
    assert b"groups_without_signal" in log.read_bytes()


def test_trackio_logs_on_this_machine(options, monkeypatch, tmp_path):
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "trackio"))
    train(TrainOptions(**{**vars(options), "tracker": ("trackio",)}))
    import trackio

    (run,) = trackio.Api().runs("persona-env")
    assert run.name.startswith("run-")
    assert run.config["envs"] == 4
    files = [path.read_bytes() for path in (tmp_path / "trackio").rglob("*") if path.is_file()]
    assert any(b"groups_without_signal" in content for content in files)
