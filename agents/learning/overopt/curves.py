"""What the best of n replies by a proxy earn from the gold reward, and how far they are.

Best-of-n needs no training, its distance from the policy is known exactly, and its expected rewards
over all choices of n samples have a closed form (:func:`persona_env.metrics.best_of_n`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.errors import ArgumentError
from persona_env.metrics.best import best_of_n, best_of_n_kl
from persona_env.metrics.overoptimisation import Form, GoldCurve, fit_gold_curve
from persona_env.metrics.statistics import Mean, bootstrap
from persona_env.preferences.annotators import SimulatedAnnotator
from persona_env.preferences.comparison import Candidates

Values = npt.NDArray[np.float64]
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


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the way of an optimiser: nats from the policy, and mean rewards.

    ``n`` is of best-of-n, or the tokens that reinforcement learning took; ``reader`` the mean
    reward of a second reader, where there is one.
    """

    n: int
    kl: float
    proxy: Mean
    gold: Mean
    reader: Mean | None = None


def best_of_n_points(
    samples: Samples,
    scores: Values,
    ns: Sequence[int] = NS,
    seed: int = 0,
    reader: Values | None = None,
) -> list[Point]:
    """The curve of best-of-n by a proxy; errors are of a bootstrap over prompts.

    ``scores`` are the proxy's of the samples, ``(C, M)``, ``reader`` those of a second one. The KL
    is the mean over prompts, exact for the levels of the proxy among the samples.
    """
    points = []
    for n in usable(ns, scores):
        kl = float(np.mean([best_of_n_kl(n, _levels(row)) for row in scores]))
        proxy, gold = (_mean(by_prompt(one, scores, n), seed) for one in (scores, samples.gold))
        second = None if reader is None else _mean(by_prompt(reader, scores, n), seed)
        points.append(Point(n, kl, proxy, gold, second))
    return points


def usable(ns: Sequence[int], scores: Values) -> list[int]:
    """Those n for which there are samples."""
    return [n for n in ns if n <= scores.shape[1]]


def by_prompt(rewards: Values, scores: Values, n: int) -> Values:
    """Of each prompt what the best of n by ``scores`` is expected to get in ``rewards``."""
    rows = zip(rewards, scores, strict=True)
    return np.array([best_of_n(row, n, chosen_by=chosen) for row, chosen in rows])


def difference(one: Values, other: Values, seed: int = 0) -> Mean:
    """By how much one reward is more than another on the same prompts."""
    return _mean(one - other, seed)


def gold_curve(points: Sequence[Point], form: Form = "best_of_n") -> GoldCurve:
    """Gao's curve through the gold rewards of some points, less that of the first."""
    start = points[0].gold.mean
    distance = [max(one.kl, 0.0) ** 0.5 for one in points]
    return fit_gold_curve(distance, [one.gold.mean - start for one in points], form)


def _levels(row: Values) -> Values:
    """The probabilities of the different scores, the lowest first."""
    _, counts = np.unique(row, return_counts=True)
    found: Values = counts / len(row)
    return found


def _mean(values: Values, seed: int) -> Mean:
    draws = bootstrap(lambda picks: float(values[picks].mean()), len(values), seed, RESAMPLES)
    return Mean.resampled(float(values.mean()), draws, len(values))
