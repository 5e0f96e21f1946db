r"""A user as a latent variable, which an encoder reads from a handful of their comparisons.

Variational preference learning (Poddar et al. 2024, arXiv 2408.10075): with
:math:`q(z | c) = N(\mu(c), \sigma(c)^2)` of the comparisons c of one user, and a reward that
depends on z, what is minimised is

.. math:: E_{z \sim q(z|c)}[-\log P(\text{label} | z)] + \beta\,\mathrm{KL}(q(z|c) \| N(0, 1))

Nobody has to say who the user is, nor is anything trained for a user who is new: some answers are
enough. Here the reward is :math:`(w + A z) \cdot \phi(x, y)` with the features of the reward
model, and a comparison is read as the difference of the features of its replies, the preferred less
the other. In training the comparisons c of a user are others of the same batch.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from persona_env.preferences.comparison import Comparison

LATENT, HIDDEN = 4, 32
KEPT = 0.7
"""Of the user's other comparisons in a batch those that the encoder sees, so that it learns to do
with few."""


class UserEncoder(nn.Module):
    """From differences of features ``(N, K)`` to the weights ``(K,)`` of the user who caused them.

    ``seed`` is of its initial weights.
    """

    def __init__(self, factors: int, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.read = nn.Sequential(
                nn.Linear(factors, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, HIDDEN), nn.Tanh()
            )
            self.tell = nn.Linear(HIDDEN + 1, 2 * LATENT)
            self.weigh = nn.Linear(LATENT, factors)

    def posterior(self, gaps: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """The means and the log-variances of z, ``(B, LATENT)`` each.

        ``gaps`` are ``(N, K)``, and ``seen (B, N)`` is 1 where the row's user is known by a
        comparison. One of whom nothing is known has the prior: mean 0, variance 1.
        """
        count = seen.sum(1, keepdim=True)
        pooled = seen @ self.read(gaps) / count.clamp(min=1)
        mean, spread = self.tell(torch.cat([pooled, torch.log1p(count)], 1)).chunk(2, 1)
        known = (count > 0).float()
        return mean * known, spread * known

    def weights(self, gaps: Tensor) -> Tensor:
        """The weights ``(K,)`` of a user by all these comparisons, at the mean of z."""
        mean, _ = self.posterior(gaps, torch.ones(1, len(gaps), device=gaps.device))
        found: Tensor = self.weigh(mean)[0]
        return found

    def in_batch(
        self, gaps: Tensor, users: Sequence[str], drawn: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """Weights ``(B, K)`` for each comparison by others of its user, and the KL divergence.

        z is drawn, and what is learnt from is never what the user is known by.
        """
        same = torch.tensor([[a == b for b in users] for a in users])
        kept = torch.rand(same.shape, generator=drawn) < KEPT
        seen = (same & kept & ~torch.eye(len(users), dtype=torch.bool)).to(gaps)
        mean, spread = self.posterior(gaps, seen)
        noise = torch.randn(mean.shape, generator=drawn).to(mean.device)
        kl = 0.5 * (mean.square() + spread.exp() - 1 - spread).sum(1).mean()
        return self.weigh(mean + noise * (spread / 2).exp()), kl


def gaps_of(features: Tensor, comparisons: Sequence[Comparison]) -> Tensor:
    """For each comparison the features of what is preferred less those of the other, ``(N, K)``.

    ``features`` are those of all replies, one behind the other. Soft labels count by how sure they
    are, ties are 0, and of a ranking the pairs are averaged.
    """
    rows, offset = [], 0
    for one in comparisons:
        mine = features[offset : offset + len(one.replies)]
        offset += len(one.replies)
        if one.soft is not None:
            rows.append((2 * one.soft - 1) * (mine[0] - mine[1]))
            continue
        pairs = [mine[better] - mine[worse] for better, worse, _ in one.preferred]
        rows.append(torch.stack(pairs).mean(0) if pairs else torch.zeros_like(mine[0]))
    return torch.stack(rows)
