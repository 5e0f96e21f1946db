"""What logs a training: TensorBoard, Weights & Biases, trackio, each an output of SB3's logger."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module
from typing import Any

import numpy as np
from stable_baselines3.common.logger import KVWriter, Logger, TensorBoardOutputFormat

from persona_env.errors import PersonaEnvError

from .options import TrainOptions

PROJECT = "persona-env"


class RunWriter(KVWriter):
    """Numbers for a run of wandb or trackio; ``own`` is excluded from by this name."""

    def __init__(self, run: Any, own: str) -> None:
        self.run, self.own = run, own

    def write(
        self, key_values: dict[str, Any], key_excluded: dict[str, tuple[str, ...]], step: int = 0
    ) -> None:
        """Log what is a number, at a step."""
        numbers = {
            name: float(value)
            for name, value in key_values.items()
            if isinstance(value, int | float | np.number) and self.own not in key_excluded[name]
        }
        self.run.log(numbers, step=step)

    def close(self) -> None:
        """End the run: what is not sent yet is."""
        self.run.finish()


def logger_of(options: TrainOptions, run_id: str) -> Logger:
    """The logger of a run, with what its options name.

    The folder of TensorBoard is ``tensorboard`` in that of the run. A run of wandb or trackio is
    named as the folder, with ``run_id`` behind it, by which a resumed one goes on.
    """
    return Logger(None, [_MADE[name](options, run_id) for name in options.trackers])


def check_trackers(options: TrainOptions) -> None:
    """Raise :class:`PersonaEnvError` for one that is not installed."""
    for name in options.trackers:
        _library(name)


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise PersonaEnvError(
            f"tracker {name!r} needs '{name}': pip install 'persona_env[{name}]'"
        ) from error


def _tensorboard(options: TrainOptions, run_id: str) -> KVWriter:
    return TensorBoardOutputFormat(str(options.output / "tensorboard"))


def _wandb(options: TrainOptions, run_id: str) -> KVWriter:
    run = _library("wandb").init(
        project=PROJECT, name=_name(options, run_id), id=run_id, resume="allow",
        dir=str(options.output), config=_config(options),
    )  # fmt: skip
    return RunWriter(run, "wandb")


def _trackio(options: TrainOptions, run_id: str) -> KVWriter:
    run = _library("trackio").init(
        project=PROJECT, name=_name(options, run_id), resume="allow", config=_config(options)
    )
    return RunWriter(run, "trackio")


def _name(options: TrainOptions, run_id: str) -> str:
    return f"{options.output.absolute().name}-{run_id}"


def _config(options: TrainOptions) -> dict[str, Any]:
    """Plain values; the name of the variable with a key is no key, and is left out all the same."""
    given = {k: v for k, v in asdict(options).items() if v is not None and k != "judge_key_env"}
    plain = str | int | float | bool
    return {k: v if isinstance(v, plain) else str(v) for k, v in given.items()}


_MADE = {"tensorboard": _tensorboard, "wandb": _wandb, "trackio": _trackio}
