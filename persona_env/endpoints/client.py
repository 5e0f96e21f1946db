"""Calls of an OpenAI-compatible chat endpoint, with retries, a deadline and a budget."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from persona_env.errors import shown
from persona_env.files import Kind

if TYPE_CHECKING:
    import httpx

AGAIN = frozenset({408, 429, *range(500, 600)})
"""Statuses after which a call is repeated."""
LARGEST = 1 << 22  # bytes of a response that are read
LONGEST_WAIT = 60.0  # seconds before a call is repeated
_SHOWN = 300  # characters of a server's message
SPENT = "the budget of calls is spent"


class Budget:
    """How many calls may be made; threads share it, a copy in another process has its own."""

    def __init__(self, most: int | None = None) -> None:
        self.most, self.calls = most, 0
        self._lock = Lock()

    def take(self) -> bool:
        """Whether another call may be made; it counts."""
        with self._lock:
            if self.is_spent:
                return False
            self.calls += 1
            return True

    @property
    def is_spent(self) -> bool:
        """Whether no call is left."""
        return self.most is not None and self.calls >= self.most

    def __reduce__(self) -> tuple[type[Budget], tuple[int | None]]:
        return Budget, (None if self.most is None else self.most - self.calls,)


class Response(NamedTuple):
    """What came back: a status with a body, or status 0 and why there is none."""

    status: int
    body: str
    calls: int = 1
    wait: float = 0.0

    @property
    def said(self) -> str:
        """The status and the beginning of the body, for a message."""
        text = " ".join(self.body.split())[:_SHOWN]
        return f"status {self.status}: {text}" if self.status else text


class Endpoint:
    """Where a model is asked.

    Parameters
    ----------
    base_url:
        Such as ``"http://127.0.0.1:8000/v1"``.
    key_env:
        The name of the environment variable that holds the key; ``None``: no key is sent.
    timeout:
        Seconds for a whole response.
    retries:
        How often a call is repeated after a status of :data:`AGAIN` or a dropped connection.
    backoff:
        Seconds before the first repetition; they double, and ``Retry-After`` goes before them.
    max_calls:
        How many calls may be made, retries with them.
    kind:
        The class of its errors.
    key_option:
        The option of the command line that names the variable, for an error.

    Raises
    ------
    PersonaEnvError
        Of ``kind``: for a URL that is none, or that holds a key; from :meth:`client`, for a
        variable that holds no key.
    """

    def __init__(
        self,
        base_url: str,
        key_env: str | None,
        *,
        timeout: float,
        retries: int,
        backoff: float,
        max_calls: int | None,
        kind: Kind,
        key_option: str,
    ) -> None:
        import httpx

        try:
            url = httpx.URL(base_url)
        except (httpx.InvalidURL, TypeError) as error:
            raise kind(f"base_url= takes a URL, not {shown(base_url)}: {error}") from error
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            raise kind(
                "base_url= takes an http(s) URL such as 'http://127.0.0.1:8000/v1', without a user "
                "or key in it: the key is read from the environment variable that key_env= names"
            )
        self.url = f"{base_url.rstrip('/')}/chat/completions"
        self.key_env, self.timeout = key_env, timeout
        self.retries, self.backoff = retries, backoff
        self.kind, self.key_option = kind, key_option
        self.budget = Budget(max_calls)

    def client(self) -> httpx.Client:
        """A client with the headers of this endpoint."""
        import httpx

        # Whoever asks says how much at once; a limit here would count as silence of the server.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        return httpx.Client(headers=self._headers(), timeout=self.timeout, limits=limits)

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self.key_env is None:
            return headers
        key = os.environ.get(self.key_env, "").strip()
        if not key:
            raise self.kind(
                f"the environment variable {self.key_env!r} holds no key: set it, or leave out "
                f"key_env= ({self.key_option}) if the endpoint needs none"
            )
        return {**headers, "Authorization": f"Bearer {key}"}

    def post(
        self,
        client: httpx.Client,
        body: Mapping[str, Any],
        sleep: Callable[[float], None] = time.sleep,
        waits: Callable[[Response, float], None] = lambda response, seconds: None,
    ) -> Response:
        """The last response to a body, repeated as long as that may help.

        ``waits`` is told of a response after which it waits, and for how many seconds.
        """
        response = Response(0, SPENT, 0)
        for repeated in range(self.retries + 1):
            if not self.budget.take():
                return response._replace(body=SPENT, status=0)
            response = self._once(client, body)._replace(calls=repeated + 1)
            if response.status and response.status not in AGAIN:
                break
            if repeated < self.retries:
                wait = min(response.wait or self.backoff * 2**repeated, LONGEST_WAIT)
                waits(response, wait)
                sleep(wait)
        return response

    def _once(self, client: httpx.Client, body: Mapping[str, Any]) -> Response:
        import httpx

        end, data = time.monotonic() + self.timeout, bytearray()
        try:
            # As ASCII: what is no valid Unicode, such as half a surrogate pair, is escaped.
            with client.stream(
                "POST",
                self.url,
                content=json.dumps(body),
                headers={"Content-Type": "application/json"},
            ) as response:
                for part in response.iter_bytes():
                    data += part
                    if len(data) > LARGEST:
                        return Response(0, f"a response of more than {LARGEST} bytes")
                    if time.monotonic() > end:
                        return Response(0, f"no whole response within {self.timeout:g} s")
        except (httpx.HTTPError, httpx.StreamError) as error:
            return Response(0, f"{type(error).__name__}: {error}")
        wait = response.headers.get("Retry-After", "")
        seconds = float(wait) if wait.isdecimal() else 0.0
        return Response(response.status_code, data.decode("utf-8", "replace"), 1, seconds)


def posted(
    endpoint: Endpoint,
    client: httpx.Client,
    bodies: Sequence[Mapping[str, Any]],
    concurrency: int,
) -> Iterator[tuple[int, Response]]:
    """Post bodies, several at once: the place and the last response of each, as they come.

    To leave the iteration cancels what has not begun.
    """
    with ThreadPoolExecutor(concurrency) as pool:
        jobs = {pool.submit(endpoint.post, client, body): i for i, body in enumerate(bodies)}
        try:
            for job in as_completed(jobs):
                yield jobs[job], job.result()
        finally:
            pool.shutdown(cancel_futures=True)


def model_at(text: str, kind: Kind, what: str) -> tuple[str, str]:
    """Model and URL of ``MODEL@URL``; the URL begins after the last ``@`` that stands before one.

    >>> from persona_env.errors import JudgeError
    >>> model_at("org/qwen@http://127.0.0.1:8000/v1", JudgeError, "judge")
    ('org/qwen', 'http://127.0.0.1:8000/v1')
    """
    model, at, url = text.rpartition("@http")
    if not (model and at):
        raise kind(
            f"{text!r} names no {what}: give MODEL@URL, such as 'qwen3-8b@http://127.0.0.1:8000/v1'"
        )
    return model, f"http{url}"
