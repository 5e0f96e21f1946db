"""The training of a reward model from comparisons, and how good it is on others.

All replies of a comparison are in one batch, and its pairs count as one (Ouyang et al. 2022, arXiv
2203.02155): K replies are encoded once for K(K - 1)/2 pairs.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from persona_env.arguments import whole_number
from persona_env.errors import ArgumentError
from persona_env.messages import described
from persona_env.metrics.statistics import Mean
from persona_env.preferences.comparison import Comparison
from persona_env.users.description import describe
from persona_env.users.library import load_profiles

from .losses import bradley_terry, pairs_of
from .reward_model import RewardModel, Told, said_of

BINS = 10
"""Equal-count bins of the calibration error, as in Kadavath et al. 2022 (arXiv 2207.05221)."""

VECTORS = 10
"""By how much the learning rate of users' vectors is higher than the others'."""


@dataclass(frozen=True)
class RewardTraining:
    """How a reward model is trained.

    ``lr`` is of AdamW with a linear decay; ``decay`` its weight decay, ``batch`` comparisons a
    step. ``margins`` takes those of Llama 2 by the degree of a label. ``prior`` pulls the vectors
    of a factorised model to their mean, so that a user with few answers is like the others.
    """

    epochs: int = 2
    batch: int = 16
    lr: float = 3e-4
    decay: float = 0.01
    margins: bool = False
    prior: float = 0.01
    seed: int = 0

    def __post_init__(self) -> None:
        whole_number("epochs", self.epochs, least=1)
        whole_number("batch", self.batch, least=1)
        whole_number("seed", self.seed, least=0)
        if not self.lr > 0:
            raise ArgumentError(f"lr must be above 0, not {self.lr!r}")


def fit_reward_model(
    model: RewardModel,
    comparisons: Sequence[Comparison],
    how: RewardTraining | None = None,
    progress: Callable[[int, int, float], None] | None = None,
) -> RewardModel:
    """Train ``model`` in place on some comparisons; returns it, shifted and scaled.

    ``progress`` is told after each step: steps that are done, of how many, and the loss.
    """
    how = how or RewardTraining()
    if not comparisons:
        raise ArgumentError("there are no comparisons to learn from")
    rng = np.random.default_rng(how.seed)
    steps = how.epochs * math.ceil(len(comparisons) / how.batch)
    learnt = [one for one in model.parameters() if one.requires_grad]
    others = [one for one in learnt if one is not model.vectors]
    groups = [{"params": others, "weight_decay": how.decay}]
    if model.vectors.requires_grad:  # a row for each user, which few comparisons move
        groups.append({"params": [model.vectors], "lr": VECTORS * how.lr, "weight_decay": 0.0})
    optimizer = torch.optim.AdamW(groups, lr=how.lr, betas=(0.9, 0.95))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda done: 1 - done / steps)
    model.train()
    done = 0
    for _ in range(how.epochs):
        order = rng.permutation(len(comparisons))
        for first in range(0, len(order), how.batch):
            batch = [comparisons[i] for i in order[first : first + how.batch]]
            rewards = model([said for one in batch for said in said_of(one)])
            pairs = pairs_of(batch, margins=how.margins)
            loss = bradley_terry(rewards, pairs)
            spread = model.vectors - model.vectors.mean(0, keepdim=True)
            whole = loss + how.prior * spread.square().sum(1).mean()
            whole.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(learnt, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            done += 1
            if progress is not None:
                progress(done, steps, float(loss.detach()))
    model.eval()
    model.told = _told(comparisons)
    settle(model, comparisons)
    return model


def _told(comparisons: Sequence[Comparison]) -> Told:
    """How the users of these comparisons are described: most of the bundled ones, if any are."""
    known = {user.id: describe(user) for user in load_profiles()}
    said = [(known.get(one.user), described(one.messages)[0]) for one in comparisons]
    short = sum(expected == found for expected, found in said if expected is not None)
    return "short" if 2 * short > sum(expected is not None for expected, _ in said) else "words"


def settle(model: RewardModel, comparisons: Sequence[Comparison]) -> None:
    """Shift rewards so that preferred replies average 0, and take their spread as the scale."""
    model.shift, model.scale = torch.zeros(()), torch.ones(())
    each = [model.rewards(said_of(one)) for one in comparisons]
    liked = [r[b] for r, one in zip(each, comparisons, strict=True) for b, _, _ in one.preferred]
    everything = [value for rewards in each for value in rewards]
    model.shift = torch.tensor(float(np.mean(liked or everything)))
    model.scale = torch.tensor(max(float(np.std(everything)), 1e-6))


class RewardFigures(NamedTuple):
    """How good a reward model is on comparisons that it has not learnt from.

    ``accuracy`` is the share of pairs with a preferred reply in which it has the higher reward (a
    tie counts half), ``per_user`` by user; ``loss`` the mean loss and ``calibration`` the expected
    error of its probabilities, in ten bins of equal count.
    """

    accuracy: Mean
    per_user: dict[str, Mean]
    loss: float
    calibration: float


@torch.inference_mode()
def judge_reward_model(model: RewardModel, comparisons: Sequence[Comparison]) -> RewardFigures:
    """The figures of a model on held-out comparisons."""
    said = [one for comparison in comparisons for one in said_of(comparison)]
    rewards = torch.tensor(model.rewards(said))
    pairs = pairs_of(comparisons)
    loss = float(bradley_terry(rewards, pairs)) if len(pairs.first) else math.nan
    right: dict[str, list[float]] = defaultdict(list)
    stated, came = [], []
    for one in comparisons:
        mine, rewards = rewards[: len(one.replies)], rewards[len(one.replies) :]
        for better, worse, _ in one.preferred:
            gap = float(mine[better] - mine[worse])
            right[one.user].append(0.5 if gap == 0 else float(gap > 0))
            first = better < worse  # as stated of the reply that stands first
            stated.append(1 / (1 + math.exp(-gap if first else gap)))
            came.append(float(first))
    everything = [value for values in right.values() for value in values]
    per_user = {user: Mean.of(values) for user, values in sorted(right.items())}
    return RewardFigures(Mean.of(everything), per_user, loss, _calibration(stated, came))


def _calibration(stated: list[float], came: list[float]) -> float:
    """The expected calibration error in bins of equal count; NaN of nothing."""
    if not stated:
        return math.nan
    order = np.argsort(stated, kind="stable")
    parts = np.array_split(order, min(BINS, len(order)))
    said, true = np.array(stated), np.array(came)
    return float(sum(len(p) * abs(said[p].mean() - true[p].mean()) for p in parts) / len(order))
