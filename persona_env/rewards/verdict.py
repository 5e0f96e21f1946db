"""What a reward says of one exchange, and the mean and the product in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from math import prod
from operator import mul
from typing import NamedTuple

from persona_env.rewards.term import Reason

SHUT = 0.995
"""A gate below it takes away what two digits of a reward show."""


class Verdict(NamedTuple):
    """A reward and everything that made it; all dicts have the order of the terms.

    ``terms`` and ``weights`` hold the terms that apply to this exchange, ``gates`` all gates.
    ``weighed`` is the weight of all that applies, with 1 for each gate. ``unread`` has the terms
    and gates that nobody could read in whole, each with the share that is unread, in (0, 1].
    """

    reward: float
    terms: dict[str, float]
    weights: dict[str, float]
    gates: dict[str, float]
    reasons: dict[str, tuple[Reason, ...]]
    weighed: float = 0.0
    unread: Mapping[str, float] = {}

    @property
    def coverage(self) -> float:
        """The share of the weight that was read, in [0, 1].

        Below 1, a part of the reward stands for what nobody could tell.
        """
        if not self.unread:
            return 1.0
        lost = sum(self.weights.get(name, 1.0) * share for name, share in self.unread.items())
        return 1 - lost / self.weighed if lost else 1.0

    def copy(self) -> Verdict:
        """An equal verdict with dicts of its own."""
        entries = (dict(self.terms), dict(self.weights), dict(self.gates), dict(self.reasons))
        return Verdict(self.reward, *entries, self.weighed, dict(self.unread))

    def info(self) -> dict[str, object]:
        """The entries of a step's ``info``, in fresh dicts."""
        return {
            "reward_terms": self.terms.copy(),
            "reward_weights": self.weights.copy(),
            "reward_gates": self.gates.copy(),
            "reward_reasons": {name: list(reasons) for name, reasons in self.reasons.items()},
            "reward_unread": dict(self.unread),
            "reward_coverage": self.coverage,
        }

    def __str__(self) -> str:
        """What the command line shows: the reward, terms, and gates that take something away.

        Quotes nothing of the reply and names no user; ``repr`` holds all there is.

        >>> print(Verdict(0.5, {"mood": 0.5}, {"mood": 2.0}, {"facts": 1.0}, {}))
        reward    0.500
          term mood 0.50: no reason is given (weight 2)
        """
        from persona_env.rewards.explain import verdict_text

        return verdict_text(self)

    def _repr_html_(self) -> str:
        """What a notebook shows: a table of terms and gates, with reasons."""
        from persona_env.rewards.html import verdict_html

        return verdict_html(self)


def unjudged() -> Verdict:
    """The verdict of no terms."""
    return Verdict(1.0, {}, {}, {}, {})


def combine(values: dict[str, float], weights: dict[str, float], gates: dict[str, float]) -> float:
    """The formula of :mod:`persona_env.rewards.compose`.

    >>> combine({"tone": 1.0, "length": 0.5}, {"tone": 1.0, "length": 3.0}, {"facts": 0.5})
    0.3125
    >>> combine({}, {}, {"facts": 0.5})
    0.5
    """
    return combined(values.values(), [weights[name] for name in values], gates.values())


def combined(values: Iterable[float], weights: Collection[float], gates: Iterable[float]) -> float:
    """The same for numbers in one order."""
    total = sum(weights)
    mean = sum(map(mul, weights, values)) / total if total else 1.0
    return min(1.0, max(0.0, prod(gates, start=mean)))
