r"""Best-of-n sampling: what the best of n samples earns, and how far it is from the policy.

.. math:: E[\max] = \sum_{k=n}^{m} \frac{\binom{k-1}{n-1}}{\binom{m}{n}} r_{(k)}

for m samples with rewards :math:`r_{(1)} \le \ldots \le r_{(m)}`: the mean over all
:math:`\binom{m}{n}` choices of n of them, an unbiased estimate of the policy's expected maximum.
For rewards 0 and 1 it is pass@k (Chen et al. 2021, arXiv 2107.03374).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from persona_env.errors import ArgumentError


def best_of_n(rewards: npt.ArrayLike, n: int, chosen_by: npt.ArrayLike | None = None) -> float:
    """The expected reward of the best of ``n`` samples, over all choices of n out of m.

    >>> round(best_of_n([0.0, 0.5, 1.0], 2), 3)  # pairs: (0, 0.5), (0, 1), (0.5, 1)
    0.833
    >>> best_of_n([0.2, 0.9], 2, chosen_by=[1.0, 0.0])
    0.2

    Parameters
    ----------
    rewards:
        What each sample of one prompt earns, ``float64 of shape (m,)``.
    n:
        From 1 to m.
    chosen_by:
        The scores by which the best is chosen, ``float64 of shape (m,)``, if they are not
        ``rewards``: another reward, which is optimised while ``rewards`` are watched. Samples that
        are tied in it are chosen with equal chance.

    Raises
    ------
    ArgumentError
        For an n beyond the samples, and for shapes that differ.
    """
    worth = np.asarray(rewards, dtype=np.float64)
    scores = worth if chosen_by is None else np.asarray(chosen_by, dtype=np.float64)
    if worth.ndim != 1 or scores.shape != worth.shape:
        raise ArgumentError(
            "rewards and chosen_by must be lists of one number a sample, equally long, not of "
            f"shapes {worth.shape} and {scores.shape}"
        )
    if not 1 <= n <= len(worth):
        raise ArgumentError(f"n must be from 1 to the number of samples, {len(worth)}, not {n}")
    order = np.argsort(scores, kind="stable")
    chances = _chances(len(worth), n)
    _, tied = np.unique(scores[order], return_inverse=True)
    shared = (np.bincount(tied, chances) / np.bincount(tied))[tied]
    return float(shared @ worth[order])


def _chances(m: int, n: int) -> npt.NDArray[np.float64]:
    """The chance of the k-th lowest of m samples to be the best of n, ``float64 of shape (m,)``."""
    chances = np.zeros(m)
    chance = n / m
    for k in range(m, n - 1, -1):
        chances[k - 1] = chance
        chance *= (k - n) / (k - 1) if k > 1 else 0.0
    return chances


def best_of_n_kl(n: int, levels: npt.ArrayLike | None = None) -> float:
    r"""The KL divergence of best-of-n from the policy that it samples, in nats.

    Without ``levels``: :math:`\log n - (n - 1)/n`, exact where no two replies earn the same, and
    else an upper bound (Beirami et al. 2024, arXiv 2401.01879).

    With ``levels``, the probabilities of the different rewards under the policy, the lowest reward
    first, and ties broken at random: exact,
    :math:`\sum_l q_l \log (q_l / p_l)` with :math:`q_l = F_l^n - F_{l-1}^n`. It rises to
    :math:`-\log p_{top}`, since best-of-n can do no more than always give a best reply.

    Raises :class:`ArgumentError` for an n below 1, and for levels that are no probabilities.

    >>> round(best_of_n_kl(4), 3), round(best_of_n_kl(4, [0.5, 0.5]), 3)
    (0.636, 0.459)
    """
    if n < 1:
        raise ArgumentError(f"n must be at least 1, not {n}")
    if levels is None:
        return math.log(n) - (n - 1) / n
    p = np.asarray(levels, dtype=np.float64)
    if p.ndim != 1 or not len(p) or (p <= 0).any() or not math.isclose(p.sum(), 1, abs_tol=1e-9):
        raise ArgumentError(f"levels must be probabilities above 0 that sum to 1, not {levels!r}")
    q = np.diff(np.minimum(np.cumsum(p), 1.0) ** n, prepend=0.0)
    kept = q > 0  # a level that is too rare to be the best adds nothing
    return float(np.sum(q[kept] * np.log(q[kept] / p[kept])))
