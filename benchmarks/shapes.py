"""The figures of the shapes of ``docs/methods.md``, in the settings of the tests that assert them.

    python benchmarks/shapes.py                        # all but those that need TRL
    python benchmarks/shapes.py peaks minority
    python benchmarks/shapes.py imitation --seeds 1    # SFT and GRPO: needs persona_env[learning]

Prints a line for each figure: the mean over seeds, ± its standard error, and the number of seeds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests, which have the settings

from persona_env.agents.learning.reward_model import RewardModel
from persona_env.agents.learning.reward_training import (
    RewardTraining,
    fit_reward_model,
    judge_reward_model,
)
from persona_env.metrics.statistics import Mean
from persona_env.preferences import Comparison
from tests.agents.learning import test_constitution_shape as constitutions
from tests.agents.learning import test_reward_model as rewards
from tests.agents.learning import test_shapes as small
from tests.agents.learning.overopt import test_curves as curves
from tests.metrics import test_user_baselines as minorities

SEEDS = 3
Figures = dict[str, Sequence[float]]


def accuracy(
    sees: str, known: Sequence[Comparison], others: Sequence[Comparison], how: RewardTraining
) -> float:
    """How often a reward model that learnt from ``known`` is right on ``others``."""
    model = RewardModel.fresh("persona-tiny", sees=sees, users=("nora", "sam"), seed=how.seed)
    return judge_reward_model(fit_reward_model(model, known, how), others).accuracy.mean


def comparisons(seeds: range) -> Figures:
    """More comparisons make a better reward model."""
    held_out = rewards.tastes(200, seed=1)
    return {
        f"right on others after {count} comparisons": [
            accuracy("blind", rewards.tastes(count, seed=2 + seed), held_out,
                     RewardTraining(seed=seed))
            for seed in seeds
        ]
        for count in (2, 16, 256)
    }  # fmt: skip


def contradiction(seeds: range) -> Figures:
    """Reward models that see the user, and one that does not, of two who want the opposite."""
    held_out = rewards.comparisons(300, seed=1)
    return {
        f"right on others, {sees}": [
            accuracy(sees, rewards.comparisons(160, seed=10 + seed), held_out,
                     RewardTraining(least_steps=1, seed=seed))
            for seed in seeds
        ]
        for sees in ("blind", "prompt", "factorised")
    }  # fmt: skip


def peaks(seeds: range) -> Figures:
    """Larger comparison sets move the peak of gold outwards; twice as many seeds."""
    found: Figures = {}
    for size in (3, 30, 300):
        worlds = [curves.linear_world(size, seed) for seed in range(2 * len(seeds))]
        found[f"right on others after {size} comparisons"] = [one for one, _ in worlds]
        found[f"peak after {size} comparisons, root nats"] = [peak for _, peak in worlds]
    return found


def length(seeds: range) -> Figures:
    """Self-rewarding with and without a penalty on length."""
    found: Figures = {"words at first": [float(small.WORDS.mean())] * len(seeds)}
    for name, penalty in (("free", 0.0), ("held", small.HELD)):
        rounds = [small.self_rewarded(penalty, seed=seed) for seed in seeds]
        for place in range(3):
            found[f"words, {name}, round {place + 1}"] = [one[place][0] for one in rounds]
        found[f"quality, {name}, round 3"] = [one[-1][1] for one in rounds]
    return found


def threshold(seeds: range) -> Figures:
    """Safety by the threshold of Llama 2's rule, and its price."""
    worlds = [small.chosen_by_thresholds(seed) for seed in seeds]
    return {
        f"{what} at a threshold of {bound}": [one[bound][place] for one in worlds]
        for place, what in enumerate(("helpful", "safe"))
        for bound in worlds[0]
    }


def desirable(seeds: range) -> Figures:
    """KTO with one desirable reply in ten beside DPO: nothing is drawn."""
    paired, single = small.paired_and_single()
    return {"the good reply by DPO": [paired], "by KTO": [single]}


def minority(seeds: range) -> Figures:
    """A user of one episode in ten, with one spread for all and with their own."""
    return {
        f"{user} gets what they want, {name}": [
            minorities.learnt(own, seed)[user] for seed in range(1 + len(seeds))
        ]
        for user in minorities.REWARDS
        for name, own in (("pooled", False), ("own baselines", True))
    }


def constitution(seeds: range) -> Figures:
    """A policy that is a table, by four principles and by the one to refuse."""
    import _critic

    cases = constitutions.cases_of(_critic)
    found: dict[str, list[float]] = {}
    for name, principles in (("balanced", constitutions.BALANCED), ("refuse", ("refuse",))):
        for seed in seeds:
            before, after = constitutions.trained(cases, _critic, principles, seed)
            for when, measured in (("before", before), (name, after)):
                for what, value in measured.items():
                    found.setdefault(f"{what}, {when}", []).append(value)
    return {name: values[: len(seeds)] for name, values in found.items()}


def imitation(seeds: range) -> Figures:
    """SFT on a mixture of seven good replies in ten, and GRPO from there."""
    from tests.hosts import test_learning as hosts

    found: dict[str, list[float]] = {"good replies after SFT": [], "after GRPO": []}
    for seed in seeds:
        with tempfile.TemporaryDirectory() as scratch:
            shown, paid = hosts.shown_and_paid(hosts.options_in(Path(scratch), seed=seed))
        found["good replies after SFT"].append(shown)
        found["after GRPO"].append(paid)
    return found


SHAPES: dict[str, Callable[[range], Figures]] = {
    "comparisons": comparisons, "contradiction": contradiction, "peaks": peaks, "length": length,
    "threshold": threshold, "desirable": desirable, "minority": minority,
    "constitution": constitution,
}  # fmt: skip
WITH_TRL = {"imitation": imitation}


def lines(figures: Figures) -> Iterator[str]:
    """A line of Markdown for each figure."""
    for name, values in figures.items():
        told = Mean.of([float(one) for one in values])
        error = "" if told.se is None or np.isnan(told.se) else f" ± {told.se:.2f}"
        yield f"- {name}: {told.mean:.2f}{error} ({told.n} seeds)"


def main() -> None:
    """The command line."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("shapes", nargs="*", default=[*SHAPES], help=", ".join(SHAPES | WITH_TRL))
    given.add_argument("--seeds", type=int, default=SEEDS)
    asked = given.parse_args()
    torch.set_num_threads(1)
    for name in asked.shapes:
        print(f"\n### {name}\n", *lines((SHAPES | WITH_TRL)[name](range(asked.seeds))), sep="\n")


if __name__ == "__main__":
    main()
