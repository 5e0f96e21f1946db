"""The server: ``server --port 8000``, or ``uvicorn persona_openenv.server.app:app``.

What it serves is told by environment variables, see :mod:`persona_env.adapters.openenv`.
"""

from __future__ import annotations

import argparse
import os
from typing import Any

import uvicorn
from fastapi import Request
from fastapi.responses import JSONResponse
from openenv.core import Environment, State, create_app
from openenv.core.env_server.types import EnvironmentMetadata

from persona_env import PersonaEnvError
from persona_env.adapters.openenv import most_sessions, served_sessions, shown
from persona_env.adapters.sessions import Sessions

from ..models import Asked, Reply


class PersonaServer(Environment[Reply, Asked, State]):
    """One session: one episode after the other, its own in every session."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, sessions: Sessions) -> None:
        super().__init__()
        self.session = sessions.open()
        self._state = State()

    def reset(self, seed: int | None = None, episode_id: str | None = None, **case: Any) -> Asked:
        """Begin an episode; ``user`` and ``scenario`` choose its case, and nothing else may."""
        seen, info = self.session.reset(seed, case or None)
        self._state = State(episode_id=episode_id)
        return Asked(**shown(seen, info))

    def step(self, action: Reply, timeout_s: float | None = None, **case: Any) -> Asked:
        """Answer the user.

        A plain HTTP request has no session: with ``user`` and ``scenario`` (and ``seed``) beside
        the action an episode begins and is answered in one request.
        """
        if case:
            self.reset(**case)
        seen, reward, done, _, info = self.session.step(action.reply)
        self._state.step_count += 1
        return Asked(**shown(seen, info), reward=reward, done=done)

    @property
    def state(self) -> State:
        """The id of the episode, and how many replies it has."""
        return self._state

    def get_metadata(self) -> EnvironmentMetadata:
        """What is served."""
        spec = self.session.env.spec
        return EnvironmentMetadata(
            name="persona_openenv" if spec is None else spec.id,
            description="Replies are rewarded by the preferences of the user who asks.",
            version="0.1.0",
        )


def refused(request: Request, error: Exception) -> JSONResponse:
    """What a user can mend comes back in words."""
    return JSONResponse({"detail": str(error)}, status_code=422)


SERVED = served_sessions(os.environ)
app = create_app(
    lambda: PersonaServer(SERVED),
    Reply,
    Asked,
    env_name="persona_openenv",
    max_concurrent_envs=most_sessions(os.environ),
)
app.add_exception_handler(PersonaEnvError, refused)


def main() -> None:
    """Serve until it is stopped."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args()
    uvicorn.run(app, host=given.host, port=given.port)


if __name__ == "__main__":
    main()
