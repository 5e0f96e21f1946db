"""What an update needs of logits: the log-probability of what was chosen, and the entropy."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class Choices(torch.autograd.Function):
    """``(log p(chosen), H(p))`` of logits, with their gradient in one pass.

    With :math:`p` the softmax of a row and :math:`a` its choice,

    .. math:: \\partial \\log p_a / \\partial z_i = [i = a] - p_i, \\qquad
              \\partial H / \\partial z_i = -p_i (\\log p_i + H).

    Vocabularies are large and small models are not, so that the dozen passes over the logits which
    the operations one by one would take are a quarter of an update.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor]:
        """``logits (B, V)``, finite; ``chosen (B,)``, int64. Two tensors of shape (B,)."""
        logs = torch.log_softmax(logits, -1)
        shares = logs.exp()
        entropy = -torch.linalg.vecdot(shares, logs)
        ctx.save_for_backward(logs, shares, entropy, chosen)
        return logs.gather(1, chosen[:, None]).squeeze(1), entropy

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """The gradient of the logits; none for what was chosen."""
        logs, shares, entropy, chosen = ctx.saved_tensors
        of_log, of_entropy = gradients
        if of_entropy.any():
            found = (logs + entropy[:, None]).mul_(of_entropy[:, None]).add_(of_log[:, None])
            found.mul_(shares).neg_()
        else:
            found = shares * -of_log[:, None]
        found.scatter_add_(1, chosen[:, None], of_log[:, None])
        return found, None


def log_prob_and_entropy(logits: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor]:
    """The log-probability of each row's choice, and each row's entropy in nats, of shape (B,).

    >>> log_prob_and_entropy(torch.zeros(1, 4), torch.tensor([2]))
    (tensor([-1.3863]), tensor([1.3863]))
    """
    log_probs, entropy = Choices.apply(logits, chosen)  # type: ignore[no-untyped-call]
    return log_probs, entropy
