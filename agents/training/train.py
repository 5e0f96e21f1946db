"""``persona-env train``: a language model learns from replies to each user.

What every run does is in ``judged_run.py``. PPO, by stable-baselines3, is in ``by_ppo.py``, what
TRL trains in ``agents/learning/run.py``, rounds of collecting and training in
``agents/learning/rounds/``. The options are in ``options.py``, which methods there are and what
they take in ``methods.py``, the environments that follow from them in ``run_envs.py``, the
judgement in ``showcase.py``, the rules of a folder in ``run_folder.py``.
"""

from __future__ import annotations

from pathlib import Path

from persona_env.registration import load
from persona_env.reporting.progress import Job

from .judged_run import Way, judged_run
from .methods import way_named
from .options import TrainOptions


def train(options: TrainOptions, job: Job | None = None) -> Path:
    """Run, or resume, and leave a folder with everything, its report too; returns the folder.

    Everything that can be refused is refused before the folder is touched. Each file is written
    whole, and what is done is kept on the way: whatever stops the process, ``resume`` continues
    from there. ``job`` is told how far it is; by default it tells on standard error, unless the run
    is ``quiet``.

    Raises
    ------
    PersonaEnvError
        If an option is wrong, if TRL, peft or a tracker is missing, if the folder holds a run
        already and ``resume`` is not set, or the reverse, or if another process is writing to it.
    """
    job = job or Job(quiet=options.quiet)
    if options.seeds > 1:
        from .seeds import train_seeds  # which trains by this function

        return train_seeds(options, job)
    return judged_run(options, job, way_of)


def way_of(options: TrainOptions) -> Way:
    """How these options train; its libraries load only where it is needed."""
    made: Way = load(way_named(options))(options)
    return made
