"""What a training run is about to do, how long that takes here, and how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from rich.table import Table
from rich.text import Text

from persona_env.evaluation.evaluate import persona_env_of
from persona_env.registration import register_of
from persona_env.reporting.progress import Job, Stage, duration
from persona_env.scenarios.prompts import is_prompts

from ..ppo.ppo import DEFAULTS, LanguageModelPPO
from .options import TrainOptions
from .run_envs import TextEnv
from .showcase import judged_replies
from .timing import Pace, pace_of

BEFORE, TRAIN, AFTER = "judging the initial policy", "training", "judging the trained policy"
WHO = {"": "of the training", "_heldout": "held out"}
BUNDLED = (
    "note: {policy} knows the sentences of the bundled scenarios alone. It can learn a style with "
    "the questions of {files}, and not what to answer to them: for that train a language model, "
    "for example with TRL (docs/trl.md)"
)
"""What is said where a bundled policy is to answer scenarios of a user's own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The stages of a run: ``replies`` are judged before and after ``steps`` tokens."""

    job: Job
    replies: int
    steps: int

    @contextmanager
    def judging(self, name: str) -> Iterator[Stage]:
        """A judgement; how long it took is the estimate for the next one."""
        began = self.job.now()
        with self.job.stage(name, self.replies) as stage:
            yield stage
        for later in {AFTER} & self.job.coming.keys():
            self.job.coming[later] = self.job.now() - began

    def training(self, done: int) -> Any:
        """The training, of which ``done`` tokens are over."""
        return self.job.stage(TRAIN, max(self.steps, done + 1), done)


def plan_of(
    options: TrainOptions,
    job: Job,
    envs: dict[str, TextEnv],
    start: tuple[Any, Any],
    *,
    done: int,
    build: Callable[[TrainOptions], LanguageModelPPO],
) -> Plan:
    """Say what a run will do after ``done`` tokens, and how long it takes; returns the plan."""
    counts = {suffix: judged_replies(options, env) for suffix, env in envs.items()}
    replies, left = sum(counts.values()), _whole_rollouts(options, max(0, options.steps - done))
    job.say(_about(options, envs, start[0]))
    if files := _unread_scenarios(options):
        job.say(BUNDLED.format(policy=options.start, files=", ".join(files)))
    pace = None
    if not options.quiet:
        with job.waiting("timing this machine"):
            pace = pace_of(options, envs[""], *start, build)
    job.coming = _seconds(pace, replies, left)
    if options.resume:
        del job.coming[BEFORE]
    job.say(_stages(job, counts, left, options, done))
    job.say(_in_all(job, pace))
    return Plan(job, replies, done + left)


def _whole_rollouts(options: TrainOptions, tokens: int) -> int:
    """The tokens that are trained on where so many are asked for: rollouts are whole."""
    rollout: int = options.envs * DEFAULTS["n_steps"]
    return -(-tokens // rollout) * rollout


def _unread_scenarios(options: TrainOptions) -> list[str]:
    """The files of own scenarios, where the policy has read the bundled scenarios alone."""
    if register_of(options.start) != "tiny":
        return []
    own = map(str, options.asked or ())
    return [name for name in own if name.lower().endswith(".toml") or is_prompts(name)]


def _seconds(pace: Pace | None, replies: int, tokens: int) -> dict[str, float | None]:
    judging = None if pace is None else pace.reply * replies
    return {BEFORE: judging, TRAIN: None if pace is None else pace.token * tokens, AFTER: judging}


def _about(options: TrainOptions, envs: dict[str, TextEnv], model: Any) -> str:
    base = persona_env_of(envs[""])
    size = sum(p.numel() for p in model.parameters()) / 1e6
    threads = torch.get_num_threads()
    where = f"{options.device}, {threads} thread{'s' * (threads > 1)}"
    return (
        f"{options.start} ({size:.3g} million parameters) in {options.env}\n"
        f"{base.register} register, seed {options.seed}, {where}"
    )


def _stages(job: Job, counts: dict[str, int], left: int, options: TrainOptions, done: int) -> Table:
    who = ", ".join(f"{count} replies to users {WHO[key]}" for key, count in counts.items())
    tokens = f"{left:,} tokens"
    if left and left != options.steps - done:
        rollout = options.envs * DEFAULTS["n_steps"]
        tokens += f": {options.steps - done:,} in whole rollouts of {rollout:,}"
    what = {BEFORE: who, TRAIN: tokens, AFTER: "the same"}
    made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for number, name in enumerate((*job.coming, "report"), 1):
        seconds = job.coming.get(name)
        took = "" if seconds is None else duration(seconds)
        shown = what.get(name, str(options.output / "report.html"))
        made.add_row(*(Text(cell) for cell in (str(number), name, shown, took)))
    return made


def _in_all(job: Job, pace: Pace | None) -> str:
    keeps = "Ctrl-C ends the training early and keeps what was learnt"
    known = [seconds for seconds in job.coming.values() if seconds is not None]
    if pace is None:
        return f"how long it takes is told as it goes\n{keeps}"
    return f"about {duration(sum(known))} in all, as just timed on this machine\n{keeps}"
