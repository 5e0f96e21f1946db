"""A policy and annotators of one's own, by ``module:attribute``: quick, and known."""

from __future__ import annotations

from itertools import count

from persona_env.preferences import Comparison

_NUMBERS = count()


def talker(observations):
    """Never the same reply twice; every other one is long."""
    return [
        f"Reply {n}." + " Rinse the rice until the water is clear." * (n % 2)
        for n, _ in zip(_NUMBERS, observations, strict=False)
    ]


def parrot(observations):
    """Two replies in all, in turn."""
    return [("Yes.", "No.")[n % 2] for n, _ in zip(_NUMBERS, observations, strict=False)]


class Picky:
    """Prefers the shorter reply, and fails where a user is called Nora."""

    name = "picky"

    def __init__(self, env):
        self.env = env

    def annotate(self, candidates, seed=0):
        return [None if one.user == "nora" else self._say(one) for one in candidates]

    def _say(self, one):
        label = "first" if len(one.replies[0]) <= len(one.replies[1]) else "second"
        return Comparison.of(one, label=label, annotator=self.name)


NO_ANNOTATOR = 3
