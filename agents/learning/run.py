"""``persona-env train --method ...`` for the methods through TRL: a run folder as PPO leaves it.

Beside the files of every run it holds ``checkpoints`` of TRL, from which ``--resume`` goes on, and
``history.json``, what TRL logged. TRL writes its optimizer's state with ``torch.save``; it is read
back as weights alone, which runs no code.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from transformers import PrinterCallback, TrainerState

from persona_env.errors import PersonaEnvError
from persona_env.files import parse_json, read_text
from persona_env.outputs import whole_folder, write_text
from persona_env.registration import find_policy, load
from persona_env.reporting.progress import Job, Stage

from ..adapters import is_adapter
from ..language_model import load_policy, load_tokenizer, save_tokenizer
from ..training.facts import as_json, check_same, facts_of, identity
from ..training.judged_run import Learnt
from ..training.methods import GROUPS, TRAINERS
from ..training.options import TrainOptions
from ..training.plan import AFTER, BEFORE, TRAIN, Plan
from ..training.run_envs import TextEnv, training_env
from ..training.run_folder import ADAPTER, BEGUN, CHECKPOINTS, CURVE, POLICY
from ..training.showcase import Policy, judged_replies, load_start
from ..training.trackers import logger_of
from .lesson import Lesson, library
from .telling import Telling, curve_of

HISTORY = "history.json"
STATE_OF_TRL = "trainer_state.json"
INITIAL = "initial"  # an adapter's merged policy, where TRL finds the reference


class ByTRL:
    """See :class:`~persona_env.agents.training.judged_run.Way`.

    Raises :class:`PersonaEnvError` without TRL.
    """

    def __init__(self, options: TrainOptions) -> None:
        library()
        self.options, self.env = options, training_env(options)
        self.start = load_start(options)
        self.run_id = ""

    def begin(self) -> None:
        """Trackers know the run by the id."""
        self.run_id = begun(self.options)

    def initial(self) -> Policy:
        """The one that is trained."""
        return self.start

    def plan(self, job: Job, envs: Mapping[str, TextEnv], start: Policy) -> Plan:
        """How long it takes is told as it goes."""
        options = self.options
        job.coming = dict.fromkeys((*(() if options.resume else (BEFORE,)), TRAIN, AFTER))
        job.say(_about(options))
        replies = sum(judged_replies(options, one) for one in envs.values())
        return Plan(job, replies, options.steps)

    def learn(self, plan: Plan) -> Learnt:
        """Train and save the policy, then load what was saved."""
        with plan.training(0) as stage:
            facts = _train(self._lesson(stage), self.run_id)
        options = self.options
        return Learnt(load_policy(options.output / POLICY, options.device), facts)

    def _lesson(self, stage: Stage) -> Lesson:
        options, (model, codec) = self.options, self.start
        path = find_policy(options.start)
        if is_adapter(path):
            path = str(options.output / INITIAL)
            model.save_pretrained(path)
        model.config._name_or_path = path  # from where TRL loads the reference
        tokenizer = load_tokenizer(options.start, options.template_arguments)
        folder = options.output / CHECKPOINTS
        return Lesson(options, self.env, model, codec, tokenizer, folder, stage)


def begun(options: TrainOptions) -> str:
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
    found = parse_json(read_text(path), str(path))
    check_same(options, found["options"])
    return str(found["id"])


def _about(options: TrainOptions) -> str:
    return (
        f"{options.start} in {options.env}, by {options.method}: {options.steps:,} tokens of "
        f"replies, learning rate {options.lr:g}\n"
        "how long it takes is told as it goes; Ctrl-C stops, and --resume goes on from the last "
        "checkpoint"
    )


def _train(lesson: Lesson, run_id: str) -> dict[str, Any]:
    """Train and save the policy; returns the facts of the run."""
    options, output = lesson.options, lesson.options.output
    with _quiet():
        trainer = load(TRAINERS[options.method])(lesson)
        trainer.remove_callback(PrinterCallback)
        a_step = None if options.method in GROUPS else options.steps / trainer.args.max_steps
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
    arguments = options.template_arguments
    if options.rank:
        with whole_folder(folder / ADAPTER) as written:
            model.save_pretrained(written, save_embedding_layers=False)
            if arguments:  # else it is asked by the tokenizer of its base
                save_tokenizer(options.start, written, arguments)
        model = model.merge_and_unload()
    with whole_folder(folder / POLICY) as written:
        model.save_pretrained(written)
        save_tokenizer(options.start, written, arguments)


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
