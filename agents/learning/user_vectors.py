r"""A user as a vector of weights over features of replies, learnt from a handful of answers.

PReF (Shenfeld et al. 2025, arXiv 2503.06358) writes the reward as
:math:`r_u(x, y) = w_u \cdot \phi(x, y)`: features that all users share, and weights of each user.
The weights of a new user are those that are most probable after their answers, with a normal prior;
the next question is the pair whose answer tells most about them, by D-optimality.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from persona_env.errors import ArgumentError

Values = npt.NDArray[np.float64]
STEPS, CLOSE = 50, 1e-9


class Fit(NamedTuple):
    """The weights ``(K,)`` of a user, and the precision ``(K, K)`` with which they are known."""

    weights: Values
    precision: Values


def fit_user(gaps: npt.ArrayLike, answers: Sequence[float], mean: Values, precision: Values) -> Fit:
    r"""The weights that are most probable after some answers (a logistic regression).

    Parameters
    ----------
    gaps:
        For each question :math:`\phi(x, y_1) - \phi(x, y_2)`, of shape (N, K); N may be 0.
    answers:
        How probably the first reply is preferred: 1, 0, or between.
    mean, precision:
        Of the prior, of shape (K,) and (K, K): those of the users who are known.
    """
    rows = np.asarray(gaps, dtype=np.float64).reshape(-1, len(mean))
    if len(rows) != len(answers):
        raise ArgumentError(f"{len(rows)} questions and {len(answers)} answers: give one for each")
    given = np.asarray(answers, dtype=np.float64)
    weights = mean.copy()
    for _ in range(STEPS):  # Newton; the negative log-posterior is convex
        p = _sigmoid(rows @ weights)
        slope = rows.T @ (p - given) + precision @ (weights - mean)
        step = np.linalg.solve(_precision(rows, p, precision), slope).astype(np.float64)
        weights -= _damped(step)
        if float(np.abs(step).max()) < CLOSE:
            break
    return Fit(weights, _precision(rows, _sigmoid(rows @ weights), precision))


def next_question(gaps: npt.ArrayLike, fit: Fit) -> int:
    r"""The place of the question that tells most: the largest :math:`p(1-p) g^T H^{-1} g`.

    Asking it raises the determinant of the precision H most (D-optimality).
    """
    rows = np.asarray(gaps, dtype=np.float64)
    if not len(rows):
        raise ArgumentError("there is no question to choose from")
    p = _sigmoid(rows @ fit.weights)
    known = np.linalg.solve(fit.precision, rows.T).T
    return int(np.argmax(p * (1 - p) * (rows * known).sum(1)))


def _precision(rows: Values, p: Values, prior: Values) -> Values:
    found: Values = (rows * (p * (1 - p))[:, None]).T @ rows + prior
    return found


def _damped(step: Values) -> Values:
    """A Newton step of at most length 5: far from the optimum they overshoot."""
    size = float(np.linalg.norm(step))
    return step * min(1.0, 5.0 / size) if size else step


def _sigmoid(values: Values) -> Values:
    found: Values = 1 / (1 + np.exp(-np.clip(values, -500, 500)))
    return found
