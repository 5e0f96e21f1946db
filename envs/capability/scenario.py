"""What a request of PersonaCapability-v0 offers, and the call that is right."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from persona_env.languages import Language
from persona_env.scenarios.schema import Scenario


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tool(_Frozen):
    """A tool that a prompt offers; ``parameters`` is the JSON Schema of its arguments."""

    name: str
    parameters: dict[str, Any]


class Call(_Frozen):
    """The right call: arguments that the prompt names, by its language, and those by the user.

    ``asks`` says what decides each of the latter: a preference, ``"age"`` or ``"page"``; see
    :func:`persona_env.envs.capability.tool_calls.accepted`.
    """

    tool: str
    arguments: dict[Language, dict[str, str | int]]
    asks: dict[str, str] = {}


class CapabilityScenario(Scenario):
    """A scenario with the tools that its prompt offers, and the right call if one is right."""

    tools: tuple[Tool, ...] = ()
    call: Call | None = None

    @model_validator(mode="after")
    def _offers_what_it_calls(self) -> Self:
        if self.call is None:
            return self
        offered = {tool.name: set(tool.parameters["properties"]) for tool in self.tools}
        if self.call.tool not in offered:
            raise ValueError(f"call: no tool {self.call.tool!r}; tools are {sorted(offered)}")
        missing = set(self.texts) - set(self.call.arguments)
        if missing:
            raise ValueError(f"call: no arguments in {sorted(missing)}")
        named = {*self.call.asks}.union(*self.call.arguments.values())
        if unknown := named - offered[self.call.tool]:
            raise ValueError(f"call: {self.call.tool!r} has no parameters {sorted(unknown)}")
        return self


def tools_of(scenario: Scenario) -> tuple[Tool, ...]:
    """The tools that its prompt offers; none for a scenario of another environment."""
    return scenario.tools if isinstance(scenario, CapabilityScenario) else ()


def call_of(scenario: Scenario) -> Call | None:
    """The right call; ``None`` where none is, and for a scenario of another environment."""
    return scenario.call if isinstance(scenario, CapabilityScenario) else None
