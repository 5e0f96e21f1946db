"""OpenEnv: an environment behind a socket of this machine."""

from __future__ import annotations

import asyncio
import socket
import threading
import weakref
from importlib import import_module
from typing import Any

from stepping import ROWS, Way

from .ours import texts


def echo(episodes: int) -> Way:
    """Its own server and client around an echo: an episode is one reply, with its reward.

    Its environments live behind a socket, so the client opens one, plays ``episodes`` through it
    and closes it. The server runs in a thread of this process, so that its processor time counts
    as the client's does, and stops when nothing holds the way any more.
    """
    core: Any = import_module("openenv.core")
    uvicorn: Any = import_module("uvicorn")
    written = texts()

    class Said(core.Action):  # type: ignore[misc]
        """A reply."""

        text: str

    class Heard(core.Observation):  # type: ignore[misc]
        """The question, or the reply again."""

        text: str

    class Echo(core.Environment):  # type: ignore[misc]
        """One question, one reply."""

        SUPPORTS_CONCURRENT_SESSIONS = True

        def reset(self, **_: Any) -> Heard:
            """The question."""
            return Heard(text="How high is Yushan?")

        def step(self, action: Said, **_: Any) -> Heard:
            """The end."""
            return Heard(text=action.text, reward=float("3952" in action.text), done=True)

        @property
        def state(self) -> Any:
            """Nothing to keep."""
            return core.State()

    # more than one, because a session may still be closing when the next begins; no log of errors,
    # because a client that leaves first is one
    app = core.create_app(Echo, Said, Heard, max_concurrent_envs=ROWS)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    place = socket.create_server(("127.0.0.1", 0))  # a free port; clients wait until it is served
    url = f"http://127.0.0.1:{place.getsockname()[1]}"
    thread = threading.Thread(target=server.run, args=([place],), daemon=True)
    thread.start()

    async def session() -> None:
        async with core.GenericEnvClient(url) as client:
            for _ in range(episodes):
                await client.reset()
                await client.step({"text": next(written)})

    def way() -> int:
        asyncio.run(session())
        return episodes

    def stop() -> None:
        server.should_exit = True
        thread.join()

    weakref.finalize(way, stop)
    return way
