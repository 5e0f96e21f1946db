"""The training of a reward model from comparisons, and how good it is on others.

All replies of a comparison are in one batch, and its pairs count as one (Ouyang et al. 2022, arXiv
2203.02155): K replies are encoded once for K(K - 1)/2 pairs.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from persona_env.arguments import whole_number
from persona_env.errors import ArgumentError
from persona_env.messages import described
from persona_env.metrics.statistics import Mean
from persona_env.preferences.comparison import Comparison
from persona_env.users.description import describe
from persona_env.users.library import load_profiles

from .losses import bradley_terry, pairs_of
from .reward_model import RewardModel, Said, Told, said_of
from .reward_state import RewardState
from .user_latent import gaps_of

BINS = 10
"""Equal-count bins of the calibration error, as in Kadavath et al. 2022 (arXiv 2207.05221)."""

TOGETHER = 8
"""Comparisons of one user that are in a batch together, where users are read from them."""
VECTORS = 10
"""By how much the learning rate of users' vectors, or of their encoder, is higher."""


@dataclass(frozen=True)
class RewardTraining:
    """How a reward model is trained.

    ``epochs`` are as many more as it takes for ``least_steps``: few comparisons are gone through
    more often. ``lr`` is of AdamW with a linear decay; ``decay`` its weight decay, ``batch``
    comparisons a step. ``margins`` takes those of Llama 2 by the degree of a label. ``prior`` pulls
    the vectors of a factorised model to their mean, so that a user with few answers is like the
    others; of a latent one it is the weight of the KL divergence.
    """

    epochs: int = 2
    batch: int = 16
    lr: float = 1e-3
    least_steps: int = 60
    decay: float = 0.01
    margins: bool = False
    prior: float = 0.01
    seed: int = 0

    def __post_init__(self) -> None:
        whole_number("epochs", self.epochs, least=1)
        whole_number("batch", self.batch, least=1)
        whole_number("least_steps", self.least_steps, least=1)
        whole_number("seed", self.seed, least=0)
        if not self.lr > 0:
            raise ArgumentError(f"lr must be above 0, not {self.lr!r}")

    def epochs_over(self, count: int) -> int:
        """How often so many comparisons are gone through.

        >>> [RewardTraining().epochs_over(count) for count in (4, 50, 2000)]
        [60, 15, 2]
        """
        return max(self.epochs, math.ceil(self.least_steps / math.ceil(count / self.batch)))


def fit_reward_model(
    model: RewardModel,
    comparisons: Sequence[Comparison],
    how: RewardTraining | None = None,
    progress: Callable[[int, int, float], None] | None = None,
    *,
    references: Sequence[Said] = (),
    state: RewardState | None = None,
) -> RewardModel:
    """Train ``model`` in place on some comparisons; returns it, shifted and scaled.

    ``progress`` is told after each step: steps that are done, of how many, and the loss. For
    ``references`` see :func:`settle`. What is done is kept in ``state``, from which a training that
    was stopped goes on as if it had not been.
    """
    how = how or RewardTraining()
    if not comparisons:
        raise ArgumentError("there are no comparisons to learn from")
    epochs = how.epochs_over(len(comparisons))
    steps = epochs * math.ceil(len(comparisons) / how.batch)
    optimizer, drawn = _optimizer(model, how), torch.Generator().manual_seed(how.seed)
    rates = [group["lr"] for group in optimizer.param_groups]
    before = 0 if state is None else state.load(model, optimizer, drawn)
    model.train()
    batches = _batches(comparisons, how, epochs, by_user=model.encoder is not None)
    for done, batch in enumerate(batches, start=1):
        if done <= before:
            continue
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * (1 - (done - 1) / steps)
        loss = _step(model, optimizer, batch, how, drawn)
        if state is not None:
            state.keep(done, steps, model, optimizer, drawn)
        if progress is not None:
            progress(done, steps, loss)
    model.eval()
    model.told = _told(comparisons)
    _settle_users(model, comparisons)
    settle(model, comparisons, references)
    return model


def _optimizer(model: RewardModel, how: RewardTraining) -> torch.optim.Optimizer:
    learnt = [one for one in model.parameters() if one.requires_grad]
    of_users = [model.vectors] if model.encoder is None else [*model.encoder.parameters()]
    known = {id(one) for one in of_users}
    groups = [
        {"params": [p for p in learnt if id(p) not in known], "weight_decay": how.decay},
        # New, and of few comparisons each.
        {"params": [p for p in of_users if p.requires_grad], "lr": VECTORS * how.lr,
         "weight_decay": 0.0},
    ]  # fmt: skip
    return torch.optim.AdamW(groups, lr=how.lr, betas=(0.9, 0.95))


def _batches(
    comparisons: Sequence[Comparison], how: RewardTraining, epochs: int, *, by_user: bool
) -> Iterator[list[Comparison]]:
    rng = np.random.default_rng(how.seed)
    for _ in range(epochs):
        order = _order(comparisons, rng, by_user=by_user)
        for first in range(0, len(order), how.batch):
            yield [comparisons[i] for i in order[first : first + how.batch]]


def _step(
    model: RewardModel, optimizer: torch.optim.Optimizer, batch: Sequence[Comparison],
    how: RewardTraining, drawn: torch.Generator,
) -> float:  # fmt: skip
    """One update; returns the loss before it."""
    rewards, apart = _rewards(model, batch, drawn)
    loss = bradley_terry(rewards, pairs_of(batch, margins=how.margins))
    (loss + how.prior * apart).backward()  # type: ignore[no-untyped-call]
    learnt = [one for group in optimizer.param_groups for one in group["params"]]
    torch.nn.utils.clip_grad_norm_(learnt, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())


def _rewards(
    model: RewardModel, batch: Sequence[Comparison], drawn: torch.Generator
) -> tuple[Tensor, Tensor]:
    """The rewards of all replies of a batch, and how far users are from each other: of a latent
    model the KL divergence, else the variance of their vectors."""
    said = [one for comparison in batch for one in said_of(comparison)]
    if model.encoder is None:
        spread = model.vectors - model.vectors.mean(0, keepdim=True)
        return model(said), spread.square().sum(1).mean()
    features = model.features(said)
    weights, apart = model.encoder.in_batch(
        gaps_of(features, batch), [one.user for one in batch], drawn
    )
    rows = [place for place, one in enumerate(batch) for _ in one.replies]
    return (features * weights[rows]).sum(1), apart


def _order(
    comparisons: Sequence[Comparison], rng: np.random.Generator, *, by_user: bool
) -> list[int]:
    """A random order; by user such that several comparisons of one follow each other."""
    mixed: list[int] = rng.permutation(len(comparisons)).tolist()
    if not by_user:
        return mixed
    of_user: dict[str, list[int]] = defaultdict(list)
    for place in mixed:
        of_user[comparisons[place].user].append(place)
    parts = [
        places[first : first + TOGETHER]
        for places in of_user.values()
        for first in range(0, len(places), TOGETHER)
    ]
    return [place for part in rng.permutation(len(parts)) for place in parts[part]]


def _settle_users(model: RewardModel, comparisons: Sequence[Comparison]) -> None:
    """Read the vectors of the users of a latent model from all that they have said."""
    if model.encoder is None:
        return
    with torch.no_grad():
        for user, row in model.users.items():
            mine = [one for one in comparisons if one.user == user]
            model.vectors[row] = torch.as_tensor(model.vector_of(mine), dtype=torch.float32)


def _told(comparisons: Sequence[Comparison]) -> Told:
    """How the users of these comparisons are described: most of the bundled ones, if any are."""
    known = {user.id: describe(user) for user in load_profiles()}
    said = [(known.get(one.user), described(one.messages)[0]) for one in comparisons]
    short = sum(expected == found for expected, found in said if expected is not None)
    return "short" if 2 * short > sum(expected is not None for expected, _ in said) else "words"


def settle(
    model: RewardModel, comparisons: Sequence[Comparison], references: Sequence[Said] = ()
) -> None:
    """Shift rewards so that references average 0, and take the spread of all as the scale.

    References are replies of people or of a policy that rewards are to be read against (Stiennon et
    al. 2020, 3.4; Ouyang et al. 2022). Without any they are the replies that were preferred.
    """
    model.shift, model.scale = torch.zeros(()), torch.ones(())
    everything = model.rewards([said for one in comparisons for said in said_of(one)])
    each, values = [], iter(everything)
    for one in comparisons:
        each.append([*islice(values, len(one.replies))])
    liked = [r[b] for r, one in zip(each, comparisons, strict=True) for b, _, _ in one.preferred]
    zero = model.rewards(references) if references else liked
    model.shift = torch.tensor(float(np.mean(zero or everything)))
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
