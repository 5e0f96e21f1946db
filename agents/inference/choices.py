"""What is asked of a language-model head: draw ids, and say how likely choices were.

Powers of 2 take a third of the time of powers of e, so logits are taken in bits where they are
large: :math:`e^z = 2^{z / \\ln 2}`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

BITS = 1 / math.log(2)  # in a nat
BLOCK = 64  # ids
TINY = 1e-37  # whose logarithm is finite in single precision
AT_ONCE = {"cpu": 2**19}  # logits that fit a processor's cache; see _chunks
OTHERWISE = 2**27
HELD = {"cpu": 2**25}  # logits that are kept for the way back; see log_prob_and_entropy
HELD_OTHERWISE = 2**28


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
        shares, in_bits = functional.linear(hidden, weight), bias * BITS
        log_probs, entropy = torch.empty(2, len(hidden), dtype=bias.dtype, device=bias.device)
        for rows in _chunks(shares):
            bits = torch.add(in_bits, shares[rows], alpha=BITS)  # in the precision of the bias
            bits -= bits.amax(-1, keepdim=True)
            exact = torch.exp2(bits)
            total = exact.sum(-1, keepdim=True)
            log_total = total.log2()
            log_probs[rows] = (bits.gather(1, chosen[rows, None]) - log_total).squeeze(1)
            mean = torch.linalg.vecdot(exact, bits) / total.squeeze(1)
            entropy[rows] = log_total.squeeze(1) - mean
            shares[rows] = exact.div_(total)
        log_probs /= BITS
        entropy /= BITS
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
                log_shares = exact.clamp(min=TINY).log2_().div_(BITS)
                spread = exact * log_shares.add_(entropy[rows, None])
                found -= spread * of_entropy[rows, None]
            found.scatter_add_(1, chosen[rows, None], of_log[rows, None])
            shares[rows] = found  # a second pass backwards is refused: what it needs is gone
        of_bias = shares.to(entropy.dtype).sum(0) if ctx.needs_input_grad[2] else None
        of_weight = shares.T @ hidden if ctx.needs_input_grad[1] else None  # none beside adapters
        return shares @ weight, of_weight, of_bias, None


def _chunks(logits: Tensor) -> Iterator[slice]:
    """Rows to go through at once."""
    size = max(1, AT_ONCE.get(logits.device.type, OTHERWISE) // logits.shape[1])
    return (slice(start, start + size) for start in range(0, len(logits), size))


def log_prob_and_entropy(
    hidden: Tensor, weight: Tensor, bias: Tensor, chosen: Tensor
) -> tuple[Tensor, Tensor]:
    """The log-probability of each row's choice, and each row's entropy in nats, of shape (B,).

    ``hidden (B, D)`` and ``weight (V, D)``, of one precision; ``bias (V,)``, single and finite;
    ``chosen (B,)``, int64. Where there are more logits than are to be kept, they are worked out
    once more on the way back, in parts: of a large vocabulary they would be most of an update.

    >>> log_prob_and_entropy(torch.zeros(1, 2), torch.ones(4, 2), torch.zeros(4), torch.tensor([2]))
    (tensor([-1.3863]), tensor([1.3863]))
    """
    size = max(1, HELD.get(hidden.device.type, HELD_OTHERWISE) // len(weight))
    if len(hidden) <= size:
        log_probs, entropy = Choices.apply(hidden, weight, bias, chosen)  # type: ignore[no-untyped-call]
        return log_probs, entropy
    parts = [
        checkpoint(Choices.apply, part, weight, bias, picked, use_reentrant=False)
        for part, picked in zip(torch.split(hidden, size), torch.split(chosen, size), strict=True)
    ]
    log_probs, entropy = (torch.cat(each) for each in zip(*parts, strict=True))
    return log_probs, entropy


def draw(bits: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """One id a row of ``bits (B, V)``, logits in bits: ``int64 of shape (B,)``.

    By inverse CDF: first a block of ids, then one of it. On CPUs ``multinomial`` is far slower, a
    sum over all ids so far takes longer than all the rest, and ``max``, which also finds places,
    ten times as long as ``amax``. An id of no weight is never drawn.
    """
    return _draw(bits, generator)[0].squeeze(1)


def draw_and_log_prob(
    bits: Tensor, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """What :func:`draw` draws, and its log-probability in nats, both of shape ``(B,)``."""
    ids, weights, total = _draw(bits, generator)
    return ids.squeeze(1), weights.gather(1, ids).div_(total).log_().squeeze(1)


def _draw(bits: Tensor, generator: torch.Generator | None) -> tuple[Tensor, Tensor, Tensor]:
    """The ids ``(B, 1)``, the weights of all ids, and their sums ``(B, 1)``."""
    weights = (bits - bits.amax(-1, keepdim=True)).float().exp2_()
    if weights.shape[1] % BLOCK:
        weights = functional.pad(weights, (0, -weights.shape[1] % BLOCK))
    count, blocks = weights.shape[1] // BLOCK, weights.view(-1, BLOCK)
    first, second = torch.rand(2, len(bits), 1, generator=generator, device=bits.device).unbind()
    ends = blocks.sum(-1).view(-1, count).cumsum(-1)
    block = _drawn(ends, first)
    begins = torch.arange(0, len(blocks), count, device=bits.device)[:, None]
    inside = blocks.index_select(0, (begins + block).view(-1)).cumsum(-1)
    ids = torch.add(_drawn(inside, second), block, alpha=BLOCK)
    return ids, weights, ends[:, -1:]


def _drawn(ends: Tensor, points: Tensor) -> Tensor:
    """Which interval, by their ``ends (B, n)`` from 0 on, ``points (B, 1)`` in [0, 1) fall into.

    Counted from the last end backwards, so that 0 is never met, nor an interval of no length.
    """
    last = ends[:, -1:]
    return torch.searchsorted(ends, torch.addcmul(last, last, points, value=-1))
