"""A chat endpoint on 127.0.0.1 that answers as a test tells it to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support import running

Reply = tuple[int, dict[str, str], str | None]
Behave = Callable[[dict[str, Any], int], Any]
GOOD = {
    "act": "answer", "refusal_style": "none", "correct": 0.9, "stands": 1, "harm": 0.0,
    "warm": 0.8, "formal": 0.2, "humour": 0.1, "expert": 0.3, "caveats": 0.0, "views": "na",
    "languages": ["en"], "format": "prose",
}  # fmt: skip
"""A whole answer."""


def completion(text: str | None, **message: Any) -> dict[str, Any]:
    """The body of a chat completion."""
    said = {"role": "assistant", "content": text, **message}
    choice = {"index": 0, "finish_reason": "stop", "message": said}
    usage = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}
    named = {"id": "0", "object": "chat.completion", "created": 0, "model": "fake"}
    return {**named, "choices": [choice], "usage": usage}


def is_probe(body: dict[str, Any]) -> bool:
    """Whether this is the call that tries whether the schema is obeyed."""
    return "signal" in json.dumps(body.get("response_format", {})) or "weather" in json.dumps(body)


def obeying(text: Callable[[dict[str, Any], int], Any]) -> Behave:
    """A server that obeys schemas, and answers questions with ``text``."""

    def behave(body: dict[str, Any], number: int) -> Any:
        return completion('{"signal": "violet"}') if is_probe(body) else text(body, number)

    return behave


def reply(text: str | None, finish: str = "stop", **message: Any) -> dict[str, Any]:
    """A completion that says why it ended: ``length`` if it is cut."""
    said = completion(text, **message)
    said["choices"][0]["finish_reason"] = finish
    return said


FAULTS: dict[str, Any] = {
    "429": (429, {"Retry-After": "0"}, "slow down"),
    "500": (500, {}, "down"),
    "400": (400, {}, "too long"),
    "malformed": '{"choices": [{"mess',
    "no choice": {"choices": []},
    "filtered": reply("", "content_filter"),
    "dropped": None,
}
"""What a server says in place of a reply, by name."""


def slowly(seconds: float, text: str) -> Behave:
    """A server that thinks for a while."""

    def behave(body: dict[str, Any], number: int) -> Any:
        time.sleep(seconds)
        return reply(text)

    return behave


class Fake:
    """The server: its URL, and the bodies and headers it was sent."""

    def __init__(self, behave: Behave) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._behave, self._lock = behave, threading.Lock()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with fake._lock:
                    fake.bodies.append(body)
                    fake.headers.append(dict(self.headers))
                    number = len(fake.bodies)
                self.close_connection = True
                said = fake._behave(body, number)
                if said is None:  # drops the connection
                    self.connection.close()
                    return
                status, headers, text = said if isinstance(said, tuple) else (200, {}, said)
                data = (text if isinstance(text, str) else json.dumps(text)).encode()
                self.send_response(status)
                for name, value in {
                    **headers,
                    "Content-Length": str(len(data)),
                    "Connection": "close",
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args: Any) -> None:  # a dropped connection is meant
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    @property
    def questions(self) -> list[dict[str, Any]]:
        """The bodies of calls that were no probe."""
        return [body for body in self.bodies if not is_probe(body)]


@contextmanager
def serving(behave: Behave) -> Iterator[Fake]:
    """A fake server, as long as the block runs."""
    fake = Fake(behave)
    with running(fake.server):
        yield fake
