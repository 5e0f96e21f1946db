"""The losses of direct methods as their papers have them, with which TRL's are compared.

``chosen``, ``rejected`` and ``ratios`` are :math:`h = \\log \\pi(y|x) - \\log \\pi_{ref}(y|x)`.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid


def dpo(chosen: Tensor, rejected: Tensor, *, beta: float, flips: float = 0.0) -> Tensor:
    """The mean of -log sigma(beta (h_w - h_l)), eq. 7 of arXiv 2305.18290; with a share of
    ``flips`` that of robust DPO, eq. 12 of arXiv 2403.00409."""
    gap = beta * (chosen - rejected)
    each = -(1 - flips) * logsigmoid(gap) + flips * logsigmoid(-gap)
    return (each / (1 - 2 * flips)).mean()


def ipo(chosen: Tensor, rejected: Tensor, *, tau: float) -> Tensor:
    """The mean of (h_w - h_l - 1/(2 tau))^2, eq. 17 of arXiv 2310.12036."""
    return (chosen - rejected - 1 / (2 * tau)).square().mean()


def kto(
    ratios: Tensor, desirable: Tensor, mismatched: Tensor, *, beta: float,
    weights: tuple[float, float] = (1.0, 1.0),
) -> Tensor:  # fmt: skip
    """The mean of lambda_y - v, eq. 8 of arXiv 2402.01306; the reference point is the mean
    log-ratio of ``mismatched`` prompts and replies, at least 0 and without a gradient."""
    reference = mismatched.mean().clamp(min=0).detach()
    sign = torch.where(desirable, 1.0, -1.0)
    scale = torch.where(desirable, weights[0], weights[1])
    return torch.mean(scale * (1 - torch.sigmoid(beta * sign * (ratios - reference))))
