"""One run for each of several seeds, and what they reached together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from persona_env.errors import PersonaEnvError
from persona_env.files import parse_json, read_text
from persona_env.outputs import new_folder
from persona_env.reporting.progress import Job
from persona_env.reporting.seeds_report import summarise, write_seeds_report

from .options import TrainOptions, command_of
from .run_folder import FACTS, check_run, has_begun
from .train import train


def train_seeds(options: TrainOptions, job: Job) -> Path:
    """Train the runs one after another, and write their summary and its page; returns the folder.

    With ``resume`` runs that are done stay as they are, and others go on or begin. A run that is
    stopped (Ctrl-C) ends them all; what there is is summed up.

    Raises
    ------
    PersonaEnvError
        As :func:`.train.train`, before any of them begins.
    """
    if has_begun(options.output):
        raise PersonaEnvError(
            f"{options.output} holds a run of one seed: give another --output, or leave out --seeds"
        )
    runs, folder = runs_of(options), options.output
    for run in runs:
        check_run(run.output, run.resume)
    done = []
    with new_folder(folder):
        for number, run in enumerate(runs, 1):
            if not (options.resume and _steps(run.output) >= options.steps):
                job.say(f"run {number} of {len(runs)}: seed {run.seed}, in {run.output}")
                train(run, job)
            done.append(run.output)
            if _steps(run.output) < options.steps:
                job.say(f"{len(done)} of {len(runs)} runs; --resume goes on")
                break
        write_seeds_report(folder, summarise(folder, done, command_of(options)))
    return folder


def runs_of(options: TrainOptions) -> list[TrainOptions]:
    """The options of each run, in folders ``seed-0``, ``seed-1``, ...

    Seeds are drawn: runs with seeds in a row would share most of their prompts.
    """
    drawn = np.random.SeedSequence(options.seed).generate_state(options.seeds) >> 1
    folders = [options.output / f"seed-{number}" for number in range(options.seeds)]
    return [
        replace(
            options,
            seeds=1,
            seed=int(seed),
            output=folder,
            resume=options.resume and has_begun(folder),
        )
        for seed, folder in zip(drawn, folders, strict=True)
    ]


def _steps(run: Path) -> int:
    """On how many tokens a run that has ended was trained; -1 if it has not."""
    path = run / FACTS
    if not path.is_file():
        return -1
    return int(parse_json(read_text(path), str(path)).get("steps", -1))
