r"""The loss of reward models, as a function of the rewards that they give.

Rewards are ``float of shape (N,)``, one for each reply; a pair is the places of two of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

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
