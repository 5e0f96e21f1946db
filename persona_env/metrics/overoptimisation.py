r"""How a gold reward rises and falls while a proxy for it is optimised.

Gao, Schulman and Hilton 2022 (*Scaling Laws for Reward Model Overoptimization*, arXiv 2210.10760)
write the gold reward, less that of the initial policy, as a function of
:math:`d = \sqrt{KL(\pi \,\|\, \pi_{init})}` in nats:

- best-of-n: :math:`R(d) = d\,(\alpha - \beta d)`, with its peak at :math:`\alpha / 2\beta`;
- reinforcement learning: :math:`R(d) = d\,(\alpha - \beta \log d)`, at
  :math:`e^{\alpha/\beta - 1}`.

Both are linear in :math:`\alpha` and :math:`\beta`: they are fitted by least squares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from persona_env.arguments import choice
from persona_env.errors import ArgumentError

Form = Literal["best_of_n", "rl"]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GoldCurve:
    """A fitted curve; ``residual`` is the root mean squared error of its points."""

    form: Form
    alpha: float
    beta: float
    residual: float

    def __call__(self, distance: npt.ArrayLike) -> Values:
        """The gold reward at these :math:`d \\ge 0`, less that of the initial policy."""
        d = np.asarray(distance, dtype=np.float64)
        found: Values = self.alpha * d - self.beta * _bend(self.form, d)
        return found

    @property
    def peak(self) -> float:
        """The distance at which the curve is highest; infinite where it does not bend down.

        >>> GoldCurve("best_of_n", alpha=1.0, beta=0.25, residual=0.0).peak
        2.0
        """
        if self.beta <= 0:
            return math.inf
        if self.form == "best_of_n":
            return max(0.0, self.alpha / (2 * self.beta))
        return math.exp(min(self.alpha / self.beta - 1, 700.0))


def fit_gold_curve(distance: npt.ArrayLike, gold: npt.ArrayLike, form: Form) -> GoldCurve:
    """The curve of this form through points of distance and gold reward.

    Parameters
    ----------
    distance:
        :math:`\\sqrt{KL}` of each point, at least 0.
    gold:
        The gold reward there, less that of the initial policy.
    form:
        ``"best_of_n"`` or ``"rl"``.

    Raises
    ------
    ArgumentError
        For fewer than two points at different distances above 0, and distances below 0.
    """
    choice("form", form, get_args(Form))
    d, rewards = (np.asarray(one, dtype=np.float64) for one in (distance, gold))
    if d.shape != rewards.shape or d.ndim != 1:
        raise ArgumentError(f"give a gold reward for each distance, not {d.shape}, {rewards.shape}")
    if (d < 0).any() or len({*d[d > 0].tolist()}) < 2:
        raise ArgumentError("a curve needs at least two different distances above 0, none below")
    design = np.stack([d, -_bend(form, d)], axis=1)
    (alpha, beta), *_ = np.linalg.lstsq(design, rewards, rcond=None)
    left = rewards - design @ np.array([alpha, beta])
    return GoldCurve(form, float(alpha), float(beta), float(np.sqrt(np.mean(left**2))))


def _bend(form: Form, d: Values) -> Values:
    """What beta multiplies: d squared, or d log d (0 at 0)."""
    if form == "best_of_n":
        return d**2
    return d * np.log(np.where(d > 0, d, 1.0))
