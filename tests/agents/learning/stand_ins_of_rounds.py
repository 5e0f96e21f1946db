"""A critic and annotators for runs in rounds, by ``module:attribute``: known, and quick."""

from __future__ import annotations

from persona_env.preferences import Comparison

REVISED = ("Rinse it until the water runs clear.", "Put a lid on the pan.", "In small steps.")


def critic(observations):
    """Criticises anything, and revises it to one of three replies."""
    texts = [one["messages"][-1]["content"] for one in observations]
    return ["It is too long." if "fall short" in t else REVISED[len(t) % 3] for t in texts]


def says_nothing(observations):
    """A critic without words."""
    return [""] * len(observations)


class LikesShort:
    """Prefers the shorter reply, surely."""

    name = "likes-short"

    def __init__(self, env):
        self.env = env

    def annotate(self, candidates, seed=0):
        return [
            Comparison.of(
                one, annotator=self.name,
                label="first" if len(one.replies[0]) <= len(one.replies[1]) else "second",
            )
            for one in candidates
        ]  # fmt: skip
