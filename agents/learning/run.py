"""``persona-env train --method ...`` for the methods through TRL: a run folder as PPO leaves it.

Beside the files of every run it holds ``checkpoints`` of TRL, from which ``--resume`` goes on, and
``history.json``, what TRL logged. TRL writes its optimizer's state with ``torch.save``; it is read
back as weights alone, which runs no code.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import torch
from transformers import PrinterCallback, TrainerState

from persona_env.errors import PersonaEnvError
from persona_env.files import parse_json, read_text
from persona_env.outputs import whole_folder, write_text
from persona_env.registration import find_policy, load
from persona_env.reporting.progress import Job, Stage

from ..adapters import is_adapter
from ..language_model import load_policy, load_tokenizer, save_tokenizer
from ..sizes import parameters_of
from ..training.by_size import by_size, chosen_by_size
from ..training.facts import as_json, check_same, facts_of, finish, identity
from ..training.methods import METHODS
from ..training.options import TrainOptions, command_of
from ..training.plan import AFTER, BEFORE, TRAIN, Plan
from ..training.run_envs import judged_envs, new_judge, training_env
from ..training.run_folder import (
    ADAPTER,
    BEGUN,
    CHECKPOINTS,
    CURVE,
    POLICY,
    check_run,
    only_writer,
)
from ..training.showcase import judge, judged_replies
from ..training.trackers import check_trackers, logger_of
from ..training.train import threads_for
from .lesson import Lesson, library
from .telling import Telling, curve_of

_LOG = logging.getLogger(__name__)
HISTORY = "history.json"
STATE_OF_TRL = "trainer_state.json"
INITIAL = "initial"  # an adapter's merged policy, where TRL finds the reference


def learn(options: TrainOptions, job: Job) -> Path:
    """Run, or resume, and leave a folder with everything, its report too; returns the folder.

    Everything that can be refused is refused before the folder is touched.

    Raises
    ------
    PersonaEnvError
        As :func:`~persona_env.agents.training.train.train`, and without TRL.
    """
    began, given = job.now(), options
    check_run(options.output, options.resume)
    library()
    with job.waiting("loading the policy and the environments"):
        check_trackers(options)
        options = by_size(options)
        torch.set_num_threads(options.threads or threads_for(parameters_of(options.start)))
        new_judge()
        env, (envs, held_out) = training_env(options), judged_envs(options)
        start = load_policy(options.start, options.device)
    with only_writer(options.output) as folder:
        check_run(folder, options.resume)  # again: another process may have written since
        run_id = _begun(options)
        if chosen := chosen_by_size(given, options):
            _LOG.info(chosen)
        plan = Plan(job, sum(judged_replies(options, one) for one in envs.values()), options.steps)
        job.coming = dict.fromkeys((*(() if options.resume else (BEFORE,)), TRAIN, AFTER))
        job.say(_about(options))
        if not options.resume:
            with plan.judging(BEFORE) as stage:
                judge(options, envs, "before", start, stage)
        with plan.training(0) as stage:
            lesson = _lesson(options, env, start, folder, stage)
            facts = _train(lesson, run_id)
        trained = load_policy(folder / POLICY, options.device)
        with plan.judging(AFTER) as stage:
            judge(options, envs, "after", trained, stage)
        facts |= {
            "held_out": held_out,
            "chosen": chosen,
            "command": command_of(given),
            "began": began,
        }
        finish(options, envs[""], trained, facts, job)
    return folder


def _begun(options: TrainOptions) -> str:
    """Note what a run was begun with, or check it of one that is resumed; returns its id."""
    path = options.output / BEGUN
    if not options.resume:
        run_id = uuid4().hex[:8]
        write_text(path, as_json({"options": identity(options), "id": run_id}))
        return run_id
    if not path.is_file():
        raise PersonaEnvError(
            f"{options.output} was not begun with --method {options.method}: give the same method"
        )
    begun = parse_json(read_text(path), str(path))
    check_same(options, begun["options"])
    return str(begun["id"])


def _about(options: TrainOptions) -> str:
    return (
        f"{options.start} in {options.env}, by {options.method}: {options.steps:,} tokens of "
        f"replies, learning rate {options.lr:g}\n"
        "how long it takes is told as it goes; Ctrl-C stops, and --resume goes on from the last "
        "checkpoint"
    )


def _lesson(
    options: TrainOptions, env: Any, start: tuple[Any, Any], folder: Path, stage: Stage
) -> Lesson:
    model, codec = start
    path = find_policy(options.start)
    if is_adapter(path):
        path = str(folder / INITIAL)
        model.save_pretrained(path)
    model.config._name_or_path = path  # from where TRL loads the reference
    tokenizer = load_tokenizer(options.start)
    return Lesson(options, env, model, codec, tokenizer, folder / CHECKPOINTS, stage)


def _train(lesson: Lesson, run_id: str) -> dict[str, Any]:
    """Train and save the policy; returns the facts of the run."""
    options, output = lesson.options, lesson.options.output
    with _quiet():
        trainer = load(METHODS[options.method])(lesson)
        trainer.remove_callback(PrinterCallback)
        a_step = (
            None if options.method in ("grpo", "rloo") else options.steps / trainer.args.max_steps
        )
        logger = logger_of(options, run_id)
        telling = Telling(lesson.stage, logger, options.steps, a_step, lesson.sampled)
        trainer.add_callback(telling)
        try:
            _fit(trainer, telling, last_checkpoint(lesson.folder))
        finally:
            logger.close()
    history = trainer.state.log_history
    write_text(output / HISTORY, as_json(history))
    if curve := curve_of(history):
        write_text(output / CURVE, curve)
    changed = [one for one in trainer.model.parameters() if one.requires_grad]
    done = options.steps if a_step else lesson.sampled.tokens
    facts = facts_of(options, trainer.model, changed, done, telling.seconds())
    _save(trainer.model, options, output)
    return facts


def _fit(trainer: Any, telling: Telling, checkpoint: str | None) -> None:
    """Train on from a checkpoint; one at the end is only loaded: TRL would take one step more."""
    if checkpoint is not None:
        state = TrainerState.load_from_json(str(Path(checkpoint, STATE_OF_TRL)))
        if telling.is_over(state, trainer.args.max_steps):
            trainer._load_from_checkpoint(checkpoint)
            trainer.state = state
            telling.on_train_begin(trainer.args, state, trainer.control)
            return
    trainer.train(resume_from_checkpoint=checkpoint)


def last_checkpoint(folder: Path) -> str | None:
    """The last that is whole: TRL writes the trainer's state behind all else."""
    whole = [path.parent for path in folder.glob(f"checkpoint-*/{STATE_OF_TRL}")]
    return str(max(whole, key=lambda path: int(path.name.rpartition("-")[2]))) if whole else None


def _save(model: Any, options: TrainOptions, folder: Path) -> None:
    """Write the policy, and its adapters by themselves too."""
    if options.rank:
        with whole_folder(folder / ADAPTER) as written:
            model.save_pretrained(written, save_embedding_layers=False)
        model = model.merge_and_unload()
    with whole_folder(folder / POLICY) as written:
        model.save_pretrained(written)
        save_tokenizer(options.start, written)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what TRL warns of its own defaults, and the bars of ``datasets``."""
    bars = library("datasets").utils
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bars()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        if shown:
            bars.enable_progress_bars()
