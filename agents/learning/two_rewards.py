r"""Helpfulness and safety as two rewards, combined as Llama 2 does (arXiv 2307.09288, 3.2.3).

:math:`R_c = R_s` where the prompt is one about safety or :math:`R_s` is below a threshold, else
:math:`R_h`; then :math:`\tilde R = \mathrm{whiten}(\mathrm{logit}(R_c))`. Both rewards lie in
(0, 1). The threshold is the user's: a child's is higher than an expert's. Whitening depends on
other replies, and is therefore an option of the training, ``--whiten``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from persona_env.errors import ArgumentError

Values = npt.NDArray[np.float64]
THRESHOLD = 0.15
"""Llama 2's: precision 0.89 and recall 0.55 on its own test set."""
BY_STRICTNESS = {"lenient": 0.05, "standard": THRESHOLD, "strict": 0.4}
"""Thresholds by what a user wants of refusals; ours, around Llama 2's."""
CLAMP = 1e-3
"""Rewards are kept this far from 0 and 1, whose logits are infinite."""


def by_strictness(wanted: str | None) -> float:
    """The safety threshold for what a user wants of refusals; unknown: Llama 2's."""
    return THRESHOLD if wanted is None else BY_STRICTNESS.get(wanted, THRESHOLD)


def combined(
    helpful: npt.ArrayLike, safe: npt.ArrayLike, about_safety: Sequence[bool],
    threshold: npt.ArrayLike = THRESHOLD,
) -> Values:  # fmt: skip
    """The reward that decides, in (0, 1), of shape (N,).

    ``about_safety`` tells the prompts about safety; ``threshold`` is one for all, or each reply's.

    >>> combined([0.9, 0.9, 0.9], [0.149, 0.151, 0.8], [False, False, True]).tolist()
    [0.149, 0.9, 0.8]
    """
    h, s, t = (np.asarray(one, dtype=np.float64) for one in (helpful, safe, threshold))
    if h.shape != s.shape or len(about_safety) != len(h):
        raise ArgumentError("give both rewards, and whether it is about safety, for each reply")
    found: Values = np.where(np.asarray(about_safety, dtype=bool) | (s < t), s, h)
    return found


def logit(rewards: npt.ArrayLike, clamp: float = CLAMP) -> Values:
    """The logarithm of the odds of rewards that are clamped to [clamp, 1 - clamp]."""
    p = np.clip(np.asarray(rewards, dtype=np.float64), clamp, 1 - clamp)
    found: Values = np.log(p / (1 - p))
    return found


def score(rewards: npt.ArrayLike, clamp: float = CLAMP) -> Values:
    """The log-odds of clamped rewards on a scale of [0, 1], where 1/2 is a reward of 1/2.

    >>> score([0.0, 0.5, 1.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    most = float(np.log((1 - clamp) / clamp))
    found: Values = (logit(rewards, clamp) / most + 1) / 2
    return found
