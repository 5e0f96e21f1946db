"""Documents that are drawn, and others that are there when they are asked for by name."""

from __future__ import annotations

from collections.abc import Mapping

from persona_env.scenarios.pools import MixturePool, Pool
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile


class Shelf(MixturePool):
    """A mixture, and parts beside it that are found by name or id and never drawn.

    ``weights`` says how often a part is drawn, 1 for one that it does not name.
    """

    def __init__(
        self, parts: Mapping[str, Pool], weights: Mapping[str, float], aside: Mapping[str, Pool]
    ) -> None:
        super().__init__(parts, {name: weights.get(name, 1.0) for name in parts})
        self.aside = aside

    def readable(self, user: UserProfile) -> Pool:
        """Those that this user can ask, of both."""
        drawn = super().readable(user)
        beside = {name: pool for name, pool in self.aside.items() if len(pool.readable(user))}
        return (
            Shelf(drawn.parts, drawn.weights, beside) if isinstance(drawn, MixturePool) else drawn
        )

    def find(self, name: str) -> Scenario | None:
        """See :class:`Pool`; those beside the mixture, too."""
        found = (pool.find(name) for pool in self.aside.values())
        return super().find(name) or next((one for one in found if one is not None), None)

    def named(self, name: str) -> Pool | None:
        """See :class:`MixturePool`; those beside the mixture, too."""
        return self.aside.get(name) or super().named(name)
