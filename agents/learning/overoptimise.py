r"""The over-optimisation laboratory: what a proxy's best replies are worth to the gold reward.

The gold reward is that of an environment. A proxy is a reward model that was learnt from few or
many comparisons, or the gold reward with a planted flaw. Best-of-n by the proxy is the optimiser
here: it needs no training, its distance from the policy is known exactly, and its expected rewards
over all choices of n samples have a closed form (:func:`persona_env.metrics.best_of_n`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.arguments import whole_number
from persona_env.errors import ArgumentError, unknown_name
from persona_env.metrics.best import best_of_n, best_of_n_kl
from persona_env.metrics.overoptimisation import GoldCurve, fit_gold_curve
from persona_env.metrics.statistics import Mean, bootstrap
from persona_env.preferences.annotators import SimulatedAnnotator
from persona_env.preferences.biases import BIASES
from persona_env.preferences.comparison import Candidates, Comparison

from .reward_model import RewardModel, said_of

Values = npt.NDArray[np.float64]
Proxy = Callable[[Candidates], Sequence[float]]
"""The proxy rewards of the replies to one prompt."""
NS = (1, 2, 4, 8, 16, 32, 64)
RESAMPLES = 200


class Samples(NamedTuple):
    """Many replies of a policy to each of some prompts, and their gold rewards, ``(C, M)``."""

    candidates: tuple[Candidates, ...]
    gold: Values


def judged(candidates: Sequence[Candidates], annotator: SimulatedAnnotator) -> Samples:
    """The gold rewards of sampled replies; prompts with a reply that nobody could read are left
    out."""
    rewards = annotator.rewards(candidates)
    known = [(one, r) for one, r in zip(candidates, rewards, strict=True) if r is not None]
    if len({len(r) for _, r in known}) != 1:
        raise ArgumentError("give as many replies to each prompt, and at least one prompt")
    return Samples(tuple(one for one, _ in known), np.array([r for _, r in known]))


def compared(
    samples: Samples, count: int, annotator: SimulatedAnnotator, seed: int = 0
) -> list[Comparison]:
    """``count`` comparisons of two replies each, drawn from samples of their prompts."""
    rng = np.random.default_rng(whole_number("seed", seed, least=0))
    pairs = []
    for number in range(whole_number("count", count, least=1)):
        one = samples.candidates[number % len(samples.candidates)]
        first, second = rng.choice(len(one.replies), size=2, replace=False).tolist()
        replies = (one.replies[first], one.replies[second])
        pairs.append(one.model_copy(update={"replies": replies, "seed": number}))
    return [said for said in annotator.annotate(pairs, seed) if said is not None]


def learnt(model: RewardModel) -> Proxy:
    """A reward model as a proxy."""
    return lambda one: model.rewards(said_of(one))


def flawed(gold: Mapping[str, Sequence[float]], bias: str, weight: float) -> Proxy:
    """The gold reward (by the id of the candidates) and so much for each unit of a bias.

    ``bias`` is one of :data:`~persona_env.preferences.biases.BIASES`.
    """
    if bias not in BIASES:
        raise unknown_name("bias", bias, BIASES)
    measure = BIASES[bias]

    def proxy(one: Candidates) -> list[float]:
        return [
            reward + weight * measure(one, reply)
            for reward, reply in zip(gold[one.id], one.replies, strict=True)
        ]

    return proxy


def ensemble(proxies: Sequence[Proxy], caution: float = 1.0) -> Proxy:
    """The mean of several proxies less ``caution`` times their deviation (Coste et al. 2023, arXiv
    2310.02743): where they disagree, a reply is out of what they have learnt from."""

    def proxy(one: Candidates) -> list[float]:
        each = np.array([proxy(one) for proxy in proxies])
        cautious: list[float] = (each.mean(0) - caution * each.std(0)).tolist()
        return cautious

    return proxy


@dataclass(frozen=True, slots=True)
class Point:
    """Best-of-n by a proxy: nats from the policy, and mean rewards with their errors."""

    n: int
    kl: float
    proxy: Mean
    gold: Mean


def best_of_n_points(
    samples: Samples, proxy: Proxy, ns: Sequence[int] = NS, seed: int = 0
) -> list[Point]:
    """The curve of best-of-n by ``proxy``; errors are of a bootstrap over prompts.

    The KL is the mean over prompts, exact for the levels of the proxy among the samples.
    """
    scores = np.array([proxy(one) for one in samples.candidates])
    usable = [n for n in ns if n <= scores.shape[1]]
    points = []
    for n in usable:
        kl = float(np.mean([best_of_n_kl(n, _levels(row)) for row in scores]))
        by_proxy = np.array([best_of_n(row, n) for row in scores])
        rows = zip(samples.gold, scores, strict=True)
        by_gold = np.array([best_of_n(row, n, chosen_by=chosen) for row, chosen in rows])
        points.append(Point(n, kl, _mean(by_proxy, seed), _mean(by_gold, seed)))
    return points


def gold_curve(points: Sequence[Point]) -> GoldCurve:
    """Gao's curve of best-of-n through the gold rewards, less that of one sample."""
    start = points[0].gold.mean
    distance = [one.kl**0.5 for one in points]
    return fit_gold_curve(distance, [one.gold.mean - start for one in points], "best_of_n")


def _levels(row: Values) -> Values:
    """The probabilities of the different scores, the lowest first."""
    _, counts = np.unique(row, return_counts=True)
    found: Values = counts / len(row)
    return found


def _mean(values: Values, seed: int) -> Mean:
    draws = bootstrap(lambda picks: float(values[picks].mean()), len(values), seed, RESAMPLES)
    return Mean.resampled(float(values.mean()), draws, len(values))
