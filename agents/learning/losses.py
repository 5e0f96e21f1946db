r"""The losses of preference learning, as functions of numbers that models give.

Rewards are ``float of shape (N,)``, one for each reply; a pair is the places of two of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid

from persona_env.preferences.comparison import Comparison
from persona_env.preferences.formats import MARGINS


class Pairs(NamedTuple):
    """Pairs of replies: places of ``first`` and ``second``, how probably the first is preferred,
    by how much more its reward should be, and how much the pair counts. All of shape (P,)."""

    first: Tensor
    second: Tensor
    probability: Tensor
    margin: Tensor
    weight: Tensor


def pairs_of(comparisons: Iterable[Comparison], *, margins: bool = False) -> Pairs:
    """All pairs of replies of some comparisons, whose replies lie one behind the other.

    The pairs of one comparison count together as one, so that K replies weigh as much as two
    (Ouyang et al. 2022, arXiv 2203.02155, 3.5: :math:`1/\\binom{K}{2}`). Ties are pairs with
    probability 1/2; two replies that are both bad are a tie. ``margins`` takes those of the degree.
    """
    rows: list[tuple[int, int, float, float, float]] = []
    offset = 0
    for one in comparisons:
        count = len(one.replies)
        preferred = {(b, w): degree for b, w, degree in one.preferred}
        weight = 2 / (count * (count - 1))
        for i in range(count):
            for j in range(i + 1, count):
                p, degree = 0.5, None
                if (i, j) in preferred:
                    p, degree = 1.0, preferred[i, j]
                elif (j, i) in preferred:
                    p, degree = 0.0, preferred[j, i]
                if count == 2 and one.probability is not None:
                    p = one.probability
                margin = MARGINS[degree] * (1 if p > 0.5 else -1) if margins else 0.0
                rows.append((offset + i, offset + j, p, margin, weight))
        offset += count
    first, second, *numbers = torch.tensor(rows, dtype=torch.float64).reshape(-1, 5).unbind(1)
    return Pairs(first.long(), second.long(), *(one.float() for one in numbers))


def bradley_terry(rewards: Tensor, pairs: Pairs) -> Tensor:
    r"""The mean over comparisons of :math:`-p \log\sigma(d) - (1 - p) \log\sigma(-d)`, a scalar.

    :math:`d = r_1 - r_2 - m` with the margin m (Llama 2, arXiv 2307.09288, eq. 2); p = 1 is the
    loss of Stiennon et al. 2020 (arXiv 2009.01325, 3.4), p between 0 and 1 that of soft labels
    (RLAIF, arXiv 2309.00267).
    """
    gap = rewards[pairs.first] - rewards[pairs.second] - pairs.margin
    each = binary_cross_entropy_with_logits(gap, pairs.probability, reduction="none")
    return (pairs.weight * each).sum() / pairs.weight.sum()


def dpo(chosen: Tensor, rejected: Tensor, *, beta: float = 0.1, smoothing: float = 0.0) -> Tensor:
    r"""DPO: the mean of :math:`-\log\sigma(\beta(h_w - h_l))`, a scalar.

    ``chosen`` and ``rejected`` are :math:`h = \log\pi(y|x) - \log\pi_{ref}(y|x)` of whole replies
    (Rafailov et al. 2023, arXiv 2305.18290). ``smoothing`` is the probability that a label is wrong
    (conservative DPO).
    """
    gap = beta * (chosen - rejected)
    return (-(1 - smoothing) * logsigmoid(gap) - smoothing * logsigmoid(-gap)).mean()


def ipo(chosen: Tensor, rejected: Tensor, *, tau: float = 0.1) -> Tensor:
    r"""IPO: the mean of :math:`(h_w - h_l - 1/(2\tau))^2`, a scalar (Azar et al. 2023, arXiv
    2310.12036, eq. 17). Log-ratios are sums over tokens, as in the paper."""
    return (chosen - rejected - 1 / (2 * tau)).square().mean()


def kto(
    ratios: Tensor, desirable: Tensor, mismatched: Tensor, *, beta: float = 0.1,
    weights: tuple[float, float] = (1.0, 1.0),
) -> Tensor:  # fmt: skip
    r"""KTO: the mean of :math:`\lambda_y - v`, a scalar (Ethayarajh et al. 2024, arXiv 2402.01306).

    :math:`v = \lambda_D \sigma(\beta(h - z_0))` for desirable replies and
    :math:`\lambda_U \sigma(\beta(z_0 - h))` for others; the reference point :math:`z_0` is the mean
    log-ratio of ``mismatched`` prompts and replies, at least 0 and without a gradient.
    """
    if len(mismatched) == 0:
        raise ValueError("KTO's reference point needs at least one mismatched pair: two examples")
    reference = mismatched.mean().clamp(min=0).detach()
    sign = torch.where(desirable, 1.0, -1.0)
    scale = torch.where(desirable, torch.tensor(weights[0]), torch.tensor(weights[1]))
    return torch.mean(scale * (1 - torch.sigmoid(beta * sign * (ratios - reference))))
