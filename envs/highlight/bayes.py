r"""How likely a statement is right, given what sources of stated reliability say of it.

Before any source is read a statement is as likely right as wrong. A source that is right in r of
100 cases errs independently of the others, so that

.. math:: p = \frac{\prod_i a_i}{\prod_i a_i + \prod_i (100 - a_i)},

where :math:`a_i` is r for a source that confirms the statement and 100 - r for one that denies it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

ALL = 100
SEED = 2029


def posterior(says: Mapping[str, bool], reliability: Mapping[str, int]) -> float:
    """The chance in [0, 1] that a statement is right.

    ``says`` has the sources that speak of it, and whether they confirm it; ``reliability`` how many
    of 100 cases a source is right in. Raises :class:`ValueError` for two sources that are always
    right and disagree.

    >>> posterior({"A": True}, {"A": 90}), posterior({}, {"A": 90})
    (0.9, 0.5)
    >>> round(posterior({"A": True, "B": False}, {"A": 90, "B": 80}), 3)
    0.692
    """
    chances = [reliability[name] if yes else ALL - reliability[name] for name, yes in says.items()]
    right, wrong = math.prod(chances), math.prod(ALL - chance for chance in chances)
    if not right + wrong:
        raise ValueError(f"sources that are always right disagree: {dict(says)}")
    return right / (right + wrong)


def drawn_truth(name: str, number: int, chance: float) -> bool:
    """Whether statement ``number`` of the scenario ``name`` is right: drawn with this chance, and
    the same in any process. No reward reads it; the measures of calibration do."""
    rng = np.random.default_rng(np.random.SeedSequence([SEED, *name.encode(), number]))
    return bool(rng.random() < chance)


def brier(stated: float, chance: float) -> float:
    """The expected squared error of a stated confidence, less the least that it can be.

    It is (q - p)^2 in [0, 1], and 0 for the honest q = p alone: a proper score.

    >>> brier(0.5, 0.5), brier(1.0, 0.0)
    (0.0, 1.0)
    """
    return (stated - chance) ** 2
