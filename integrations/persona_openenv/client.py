"""The client: a session of its own on the server, kept open over a WebSocket."""

from __future__ import annotations

from typing import Any

from openenv.core import EnvClient, State
from openenv.core.client_types import StepResult

from .models import Asked, Reply


class PersonaClient(EnvClient[Reply, Asked, State]):
    """Plays episodes on a server.

    ``reset`` takes ``seed``, and ``user`` and ``scenario`` by id to choose the case.
    """

    def _step_payload(self, action: Reply) -> dict[str, Any]:
        return action.model_dump()

    def _parse_result(self, payload: dict[str, Any]) -> StepResult[Asked]:
        ended = {name: payload[name] for name in ("reward", "done")}
        return StepResult(observation=Asked(**payload["observation"], **ended), **ended)

    def _parse_state(self, payload: dict[str, Any]) -> State:
        return State(**payload)
