"""``persona-env train`` in rounds: the newest policy is compared, learnt from, trained, and again.

The folder of a run has one for each round, ``round-1`` and so on, with its comparisons, its reward
models and its trainings, each of which goes on where it was stopped; and ``rounds.json``, what
people say after each.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from persona_env.files import parse_json, read_text
from persona_env.outputs import whole_folder, write_text
from persona_env.registration import load
from persona_env.reporting.progress import Job
from persona_env.reporting.run_folder import ROUNDS

from ...language_model import load_policy, save_tokenizer
from ...training.facts import as_json, facts_of
from ...training.judged_run import Learnt
from ...training.methods import COMPARED, COURSES, TRAINERS
from ...training.options import TrainOptions
from ...training.plan import AFTER, BEFORE, Plan
from ...training.run_envs import TextEnv, training_env
from ...training.run_folder import POLICY
from ...training.showcase import Policy, judged_replies, load_start
from ..lesson import library
from ..run import begun
from .courses import Course, check_named
from .panel import Panel
from .round import Round


class InRounds:
    """See :class:`~persona_env.agents.training.judged_run.Way`."""

    def __init__(self, options: TrainOptions) -> None:
        if _needs_trl(options):
            library()
        self.options, self.env = options, training_env(options)
        check_named(options, self.env)
        self.round_of: Course = load(COURSES.get(options.method, COMPARED))
        self.envs: Mapping[str, TextEnv] = {}

    def begin(self) -> None:
        """Note what it is begun with."""
        begun(self.options)

    def initial(self) -> Policy:
        """The policy that the first round begins with."""
        return load_start(self.options)

    def plan(self, job: Job, envs: Mapping[str, TextEnv], start: Policy) -> Plan:
        """How long it takes is told as it goes."""
        options, self.envs = self.options, envs
        job.coming = dict.fromkeys((*(() if options.resume else (BEFORE,)), AFTER))
        job.say(
            f"{options.start} in {options.env}, by {options.method}, in {options.rounds or 1} "
            f"round{'s' * ((options.rounds or 1) > 1)} of {options.pairs} pairs and "
            f"{options.steps:,} tokens a training\n--resume goes on with what is not done yet"
        )
        replies = sum(judged_replies(options, one) for one in envs.values())
        return Plan(job, replies, options.steps)

    def learn(self, plan: Plan) -> Learnt:
        """All rounds that are not done yet; the policy after the last."""
        options, began = self.options, time.monotonic()
        told, policy = _told(options.output), options.start
        panel = Panel(options, self.envs, self.initial())
        folders: list[Path] = []
        for number in range(1, (options.rounds or 1) + 1):
            folder = options.output / f"round-{number}"
            folder.mkdir(parents=True, exist_ok=True)
            this = Round(
                options, self.env, number, folder, policy, plan.job, earlier=tuple(folders)
            )  # fmt: skip
            policy = str(self.round_of(this))
            folders.append(folder)
            if len(told) < number:
                seconds, began = time.monotonic() - began, time.monotonic()
                said = panel.judge(load_policy(policy, options.device, options.end_token))
                told.append({"round": number, **this.figures, **said, "seconds": seconds})
                write_text(options.output / ROUNDS, as_json(told))
                plan.job.say(_line(told[-1]))
        return self._settled(policy, told)

    def _settled(self, policy: str, told: list[dict[str, Any]]) -> Learnt:
        """The last policy, also in the folder of the run, and the figures of all rounds."""
        options = self.options
        model, codec = load_policy(policy, options.device, options.end_token)
        with whole_folder(options.output / POLICY) as written:
            model.save_pretrained(written)
            save_tokenizer(policy, written)
        tokens = sum(int(one.get("tokens", 0)) for one in told)
        seconds = sum(float(one["seconds"]) for one in told)
        return Learnt((model, codec), facts_of(options, model, model.parameters(), tokens, seconds))


def _needs_trl(options: TrainOptions) -> bool:
    named = options.learner if options.method in COURSES else options.method
    return named in TRAINERS or options.method in ("constitution", "self-rewarding")


def _told(folder: Path) -> list[dict[str, Any]]:
    path = folder / ROUNDS
    return list(parse_json(read_text(path), str(path))) if path.is_file() else []


def _line(one: Mapping[str, Any]) -> str:
    """What is said of a round, in a line."""
    won, reward = one["preferred to the initial policy"], one["reward"]
    error = "" if won["se"] is None else f" ± {won['se']:.2f}"  # of a single reply
    return (
        f"after round {one['round']}: {one['judges']} prefer it to the initial policy in "
        f"{won['mean']:.2f}{error} of replies, reward {reward['mean']:.3f}"
    )
