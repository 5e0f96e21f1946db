"""A reward model from files of comparisons: held out by prompt, trained, judged, saved."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import torch

from persona_env.errors import PersonaEnvError, unknown_name
from persona_env.files import to_json
from persona_env.metrics.statistics import Mean
from persona_env.outputs import check_folder, write_text
from persona_env.preferences.comparison import Comparison
from persona_env.preferences.formats import as_pairs, read_comparisons
from persona_env.preferences.held_out import hold_out

from ..lora import Adapters
from ..sizes import parameters_of, rank_for, rate_for
from ..training.run_folder import STATE
from .reward_folder import BY_NAME, Sees
from .reward_model import RewardModel, Said
from .reward_state import RewardState
from .reward_training import RewardFigures, RewardTraining, fit_reward_model, judge_reward_model
from .sft import replies_in

FIGURES = "figures.json"
"""What was learnt, beside the model."""
SEES: tuple[Sees, ...] = ("blind", "prompt", "factorised", "latent")


@dataclass(frozen=True)
class RewardJob:
    """What is trained from what: see :class:`RewardModel` and :class:`RewardTraining`.

    ``lr`` follows from the size of the policy where it is ``None``, as in training it: above ten
    million parameters LoRA is trained in place of the weights, and added to them at the end.
    ``references`` is a file of replies that are to have a reward of 0 on average, as rows of
    ``prompt`` and ``completion`` or as comparisons; without it those that were preferred have it.
    ``resume`` goes on with a training that was stopped in this folder.
    """

    output: Path
    policy: str = "persona-tiny"
    sees: Sees = "prompt"
    epochs: int = 2
    batch: int = 16
    lr: float | None = None
    held_out: float = 0.2
    margins: bool = False
    factors: int = 8
    seed: int = 0
    references: Path | None = None
    resume: bool = False

    def __post_init__(self) -> None:
        check_folder(self.output)
        if self.sees not in SEES:
            raise unknown_name("way to see the user", self.sees, SEES)
        self.training(1.0 if self.lr is None else self.lr)

    def training(self, rate: float) -> RewardTraining:
        """How it is trained at this learning rate."""
        return RewardTraining(self.epochs, self.batch, rate, margins=self.margins, seed=self.seed)


def run_reward_job(
    job: RewardJob,
    comparisons: Sequence[Comparison],
    progress: Callable[[int, int, float], None] | None = None,
) -> dict[str, Any]:
    """Train and save; returns the figures, which are saved beside the model as JSON.

    Raises :class:`PersonaEnvError` where there is too little, where LoRA lacks peft, and where the
    folder holds the beginning of this training, or of another one.
    """
    parts = hold_out(comparisons, job.held_out, job.seed)
    users = sorted({one.user for one in comparisons})
    references = [] if job.references is None else _references(job, users)
    state = _state_of(job, parts.learnt)
    state.check()
    size = parameters_of(job.policy)
    rank = rank_for(size)
    how = job.training(rate_for(size, rank) if job.lr is None else job.lr)
    model = RewardModel.fresh(
        job.policy, sees=job.sees, factors=job.factors, users=users, seed=job.seed
    )
    adapters = None
    if rank:
        with torch.random.fork_rng():
            torch.manual_seed(job.seed)  # of the new matrices
            adapters = Adapters(model.backbone, rank)
    fit_reward_model(model, parts.learnt, how, progress, references=references, state=state)
    found = judge_reward_model(model, parts.held_out) if parts.held_out else None
    if adapters is not None:
        model.backbone = adapters.merge()
    figures = {
        "policy": job.policy, "sees": job.sees, "lr": how.lr, "lora": rank,
        "epochs": how.epochs_over(len(parts.learnt)), "batch": job.batch, "margins": job.margins,
        "seed": job.seed, "references": len(references),
        "comparisons": len(parts.learnt), "prompts": len({one.prompt for one in parts.learnt}),
        "held_out": _told(found, parts.held_out),
    }  # fmt: skip
    model.save(job.output)
    write_text(job.output / FIGURES, to_json(figures))
    return figures


def _state_of(job: RewardJob, learnt: Sequence[Comparison]) -> RewardState:
    """Where the training keeps its state, and what it is made of."""
    aside = {"output", "references", "resume"}
    made_of = {k: v for k, v in asdict(job).items() if k not in aside}
    # Published formats tell no time: it is then that of reading.
    said = "".join(one.model_dump_json(exclude={"time"}) for one in learnt)
    made_of["comparisons"] = hashlib.sha256(said.encode()).hexdigest()
    return RewardState(job.output / STATE, made_of, job.resume)


def _references(job: RewardJob, users: Sequence[str]) -> list[Said]:
    """The replies of ``job.references``; of comparisons those that were preferred."""
    path = cast(Path, job.references)
    rows = replies_in(path)
    if rows is None:
        rows = as_pairs(read_comparisons(path))
        rows = [row | {"completion": row["chosen"]} for row in rows]
    if not rows:
        raise PersonaEnvError(f"{path} holds no reply: give rows of a prompt and a completion")
    strangers = sorted({row["user"] for row in rows} - {*users})
    if job.sees in BY_NAME and strangers:
        raise PersonaEnvError(
            f"{path} has references for {', '.join(map(repr, strangers))}, by whom there is no "
            f"comparison: a reward model that is {job.sees} knows users by name"
        )
    return [Said(tuple(r["prompt"]), r["completion"][-1]["content"], r["user"]) for r in rows]


def _told(found: RewardFigures | None, held_out: Sequence[Comparison]) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "comparisons": len(held_out),
        "prompts": len({one.prompt for one in held_out}),
        "accuracy": _mean(found.accuracy),
        "per_user": {user: _mean(value) for user, value in found.per_user.items()},
        "loss": _known(found.loss),
        "calibration": _known(found.calibration),
    }


def _mean(value: Mean) -> dict[str, Any]:
    return {name: _known(one) for name, one in asdict(value).items()}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
