"""Groups of replies to one prompt: whether their rewards differ, so that there is what to learn."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

ALIKE = 1e-6  # rewards that are nearer to one another are the same


def share_without_signal(
    rewards: Sequence[float | None], groups: Sequence[Hashable], alike: float = ALIKE
) -> float:
    """The share of groups in which no reply earns more than another, so that none is preferred.

    A method that compares the replies of a group (GRPO, RLOO) learns nothing from such a group;
    where many are, all replies are alike, or a gate closes on all of them.

    Parameters
    ----------
    rewards:
        Of each reply; ``None`` for one that could not be judged, which is left out.
    groups:
        What the reply is to: equal values make a group. One of fewer than two judged replies has
        nothing to compare, and does not count.
    alike:
        The highest and the lowest reward of a group differ by no more than this.

    Returns
    -------
    In [0, 1]; NaN where no group counts.

    Raises
    ------
    ValueError
        If ``rewards`` and ``groups`` are not of one length.

    >>> share_without_signal([0.0, 0.0, 0.2, 0.7], ["a", "a", "b", "b"])
    0.5
    """
    held: dict[Hashable, list[float]] = {}
    for reward, group in zip(rewards, groups, strict=True):
        if reward is not None:
            held.setdefault(group, []).append(reward)
    several = [found for found in held.values() if len(found) > 1]
    flat = [max(found) - min(found) <= alike for found in several]
    return sum(flat) / len(flat) if flat else math.nan
