"""A training run of any method: judged before and after, and what its folder holds at the end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import torch

from persona_env.files import parse_json, read_text
from persona_env.outputs import write_text
from persona_env.reporting.progress import Job

from ..sizes import parameters_of
from .by_size import by_size, chosen_by_size
from .facts import as_json, finish
from .options import TrainOptions, command_of
from .plan import AFTER, BEFORE, Plan
from .run_envs import TextEnv, judged_envs, new_judge, tell_judge
from .run_folder import FACTS, check_run, has_begun, only_writer
from .showcase import BEFORE_FILE, Policy, judge
from .trackers import check_trackers

_LOG = logging.getLogger(__name__)
PARAMETERS_A_THREAD = 500_000


class Learnt(NamedTuple):
    """The trained policy with its codec, and the figures of the run."""

    policy: Policy
    facts: dict[str, Any]


class Way(Protocol):
    """A method at work on the options of a run; what it cannot do it refuses when it is made."""

    def begin(self) -> None:
        """Note in the folder what the run is begun with, or go on from what is there."""
        ...

    def initial(self) -> Policy:
        """The policy before the training."""
        ...

    def plan(self, job: Job, envs: Mapping[str, TextEnv], start: Policy) -> Plan:
        """Say what it will do; ``envs`` are what it is judged in."""
        ...

    def learn(self, plan: Plan) -> Learnt:
        """Train, and leave the policy in the folder."""
        ...


MakeWay = Callable[[TrainOptions], Way]


def judged_run(given: TrainOptions, job: Job, way_of: MakeWay) -> Path:
    """Run, or resume; returns the folder. What can be refused is refused before it is touched."""
    began = job.now()
    check_run(given.output, given.resume)
    with job.waiting("loading the policy and the environments"):
        options = _settled(given)
        new_judge()
        way, (envs, held_out) = way_of(options), judged_envs(options)
    with only_writer(options.output) as folder:
        check_run(folder, options.resume)  # again: another process may have written since
        way.begin()
        if chosen := chosen_by_size(given, options):
            _LOG.info(chosen)
        start = way.initial()
        plan = way.plan(job, envs, start)
        if not options.resume or not (folder / BEFORE_FILE).is_file():
            with plan.judging(BEFORE) as stage:
                judge(options, envs, "before", start, stage)
        del start  # of a large model a copy is much
        trained, facts = way.learn(plan)
        with plan.judging(AFTER) as stage:
            judge(options, envs, "after", trained, stage)
        tell_judge(envs[""])
        facts |= {"held_out": held_out, "chosen": chosen, "command": command_of(given)}
        finish(options, envs[""], trained, facts | {"began": began}, job)
    return folder


def train_alone(given: TrainOptions, job: Job, way_of: MakeWay) -> dict[str, Any]:
    """Train as a part of another run, without a judgement; returns the figures.

    One that was stopped goes on, and of one that is over the figures are read. Where Ctrl-C ended
    it early it stops the whole run, since what follows is to build on all of it.
    """
    done = given.output / FACTS
    if done.is_file():
        return dict(parse_json(read_text(done), str(done)))
    options = _settled(replace(given, resume=has_begun(given.output)))
    way = way_of(options)
    with only_writer(options.output):
        way.begin()
        facts = way.learn(Plan(job, 0, options.steps)).facts
        if facts["steps"] < options.steps:
            raise KeyboardInterrupt
        write_text(done, as_json(facts))
    return facts


def _settled(given: TrainOptions) -> TrainOptions:
    """The options with what follows from the size of the policy, of which the threads are set."""
    check_trackers(given)
    options = by_size(given)
    torch.set_num_threads(options.threads or threads_for(parameters_of(options.start)))
    return options


def threads_for(parameters: int) -> int:
    """One thread for each half million parameters, of those that torch would take.

    The products of a tiny model are too small to share: with the threads that torch takes by
    itself they can be many times slower, above all on a busy machine.
    """
    return max(1, min(torch.get_num_threads(), parameters // PARAMETERS_A_THREAD))
