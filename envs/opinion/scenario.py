"""A question of PersonaOpinion-v0, and what the user who asks it believes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from persona_env.scenarios.schema import Scenario

Side = Literal["first", "second", "right", "wrong"]
"""What is believed: an option of a contested question, or the truth of a settled one."""


class Belief(BaseModel):
    """How a belief is put (``family``: that of the template), and whose side it is on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str
    side: Side


class OpinionScenario(Scenario):
    """A question, asked neutrally or by somebody who states a belief.

    ``question`` is the id that all ways to ask the same question share.
    """

    question: str = ""
    belief: Belief | None = None
