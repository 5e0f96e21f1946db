"""What an update needs of a language-model head: log-probabilities of choices, and entropies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

AT_ONCE = {"cpu": 2**19}  # logits that fit a processor's cache; see _chunks
OTHERWISE = 2**27


class Choices(torch.autograd.Function):
    """``(log p(chosen), H(p))`` of the head ``hidden @ weight.T + bias``, with their gradient.

    With :math:`p` the softmax of a row of logits :math:`z` and :math:`a` its choice,

    .. math:: \\partial \\log p_a / \\partial z_i = [i = a] - p_i, \\qquad
              \\partial H / \\partial z_i = -p_i (\\log p_i + H).

    Vocabularies are large and small models are not: the dozen passes over logits that the
    operations one by one would take are more than half of an update. Here one buffer holds the
    logits, then the shares, then the gradient, and is gone through in chunks.
    """

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, chosen: Tensor
    ) -> tuple[Tensor, Tensor]:
        """See :func:`log_prob_and_entropy`."""
        shares = functional.linear(hidden, weight)
        log_probs, entropy = torch.empty(2, len(hidden), dtype=bias.dtype, device=bias.device)
        for rows in _chunks(shares):
            logits = shares[rows] + bias  # in the precision of the bias
            logits -= logits.amax(-1, keepdim=True)
            picked = logits.gather(1, chosen[rows, None])
            exact = logits.exp()
            total = exact.sum(-1, keepdim=True)
            exact /= total
            log_total = total.log()
            log_probs[rows] = (picked - log_total).squeeze(1)
            entropy[rows] = log_total.squeeze(1) - torch.linalg.vecdot(exact, logits)
            shares[rows] = exact
        ctx.save_for_backward(hidden, weight, shares, entropy, chosen)
        return log_probs, entropy

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of ``hidden``, ``weight`` and ``bias``; none for what was chosen."""
        hidden, weight, shares, entropy, chosen = ctx.saved_tensors
        of_log, of_entropy = gradients
        to_entropy = bool(of_entropy.any())
        for rows in _chunks(shares):
            exact = shares[rows].to(entropy.dtype)
            found = exact * -of_log[rows, None]
            if to_entropy:
                spread = torch.xlogy(exact, exact) + exact * entropy[rows, None]
                found -= spread * of_entropy[rows, None]
            found.scatter_add_(1, chosen[rows, None], of_log[rows, None])
            shares[rows] = found  # a second pass backwards is refused: what it needs is gone
        of_bias = shares.to(entropy.dtype).sum(0) if ctx.needs_input_grad[2] else None
        return shares @ weight, shares.T @ hidden, of_bias, None


def _chunks(logits: Tensor) -> Iterator[slice]:
    """Rows to go through at once."""
    size = max(1, AT_ONCE.get(logits.device.type, OTHERWISE) // logits.shape[1])
    return (slice(start, start + size) for start in range(0, len(logits), size))


def log_prob_and_entropy(
    hidden: Tensor, weight: Tensor, bias: Tensor, chosen: Tensor
) -> tuple[Tensor, Tensor]:
    """The log-probability of each row's choice, and each row's entropy in nats, of shape (B,).

    ``hidden (B, D)`` and ``weight (V, D)``, of one precision; ``bias (V,)``, single and finite;
    ``chosen (B,)``, int64.

    >>> log_prob_and_entropy(torch.zeros(1, 2), torch.ones(4, 2), torch.zeros(4), torch.tensor([2]))
    (tensor([-1.3863]), tensor([1.3863]))
    """
    log_probs, entropy = Choices.apply(hidden, weight, bias, chosen)  # type: ignore[no-untyped-call]
    return log_probs, entropy
