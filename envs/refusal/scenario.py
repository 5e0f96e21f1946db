"""What a scenario of PersonaRefusal-v0 holds beyond those of the conversation."""

from __future__ import annotations

from persona_env.scenarios.schema import Scenario


class RefusalScenario(Scenario):
    """A scenario that may have a ``twin``: the id of a harmless one in the same words.

    Twins measure whether an agent tells the two apart.
    """

    twin: str | None = None


def twin_of(scenario: Scenario) -> str | None:
    """The id of its twin, if it has one."""
    return scenario.twin if isinstance(scenario, RefusalScenario) else None
