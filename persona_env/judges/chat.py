"""One call of an OpenAI-compatible chat endpoint, with retries, a deadline and a budget."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, NamedTuple

import httpx

from persona_env.errors import JudgeError, shown
from persona_env.judges.answers import Answer

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
            if self.most is not None and self.calls >= self.most:
                return False
            self.calls += 1
            return True

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

    Raises
    ------
    JudgeError
        For a URL that is none, or that holds a key.
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
    ) -> None:
        try:
            url = httpx.URL(base_url)
        except (httpx.InvalidURL, TypeError) as error:
            raise JudgeError(f"base_url= takes a URL, not {shown(base_url)}: {error}") from error
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            raise JudgeError(
                "base_url= takes an http(s) URL such as 'http://127.0.0.1:8000/v1', without a user "
                "or key in it: the key is read from the environment variable that key_env= names"
            )
        self.url = f"{base_url.rstrip('/')}/chat/completions"
        self.key_env, self.timeout = key_env, timeout
        self.retries, self.backoff = retries, backoff
        self.budget = Budget(max_calls)

    def client(self) -> httpx.Client:
        """A client with the headers of this endpoint."""
        return httpx.Client(headers=self._headers(), timeout=self.timeout)

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self.key_env is None:
            return headers
        key = os.environ.get(self.key_env, "").strip()
        if not key:
            raise JudgeError(
                f"the environment variable {self.key_env!r} holds no key: set it, or leave out "
                "key_env= (--judge-key-env) if the endpoint needs none"
            )
        return {**headers, "Authorization": f"Bearer {key}"}

    def post(
        self,
        client: httpx.Client,
        body: Mapping[str, Any],
        sleep: Callable[[float], None] = time.sleep,
    ) -> Response:
        """The last response to a body, repeated as long as that may help."""
        response = Response(0, SPENT, 0)
        for repeated in range(self.retries + 1):
            if not self.budget.take():
                return response._replace(body=SPENT, status=0)
            response = self._once(client, body)._replace(calls=repeated + 1)
            if response.status and response.status not in AGAIN:
                break
            if repeated < self.retries:
                wait = response.wait or self.backoff * 2**repeated
                sleep(min(wait, LONGEST_WAIT))
        return response

    def _once(self, client: httpx.Client, body: Mapping[str, Any]) -> Response:
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


def answer_of(response: Response) -> Answer:
    """The answer that a response holds, or why it holds none.

    >>> answer_of(Response(200, '{"choices": [{"message": {"content": "Yes."}}]}')).text
    'Yes.'
    >>> answer_of(Response(500, "down")).failure, answer_of(Response(0, "timeout")).failure
    ('grader_failed', 'no_response')
    """
    if response.status != httpx.codes.OK:
        is_silent = not response.status and response.body != SPENT
        return Answer("", "no_response" if is_silent else "grader_failed", response.said)
    try:
        data = json.loads(response.body)
        choice = data["choices"][0]
        message = choice["message"]
        content, refused = message.get("content"), message.get("refusal")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return Answer("", "grader_failed", f"no chat completion: {response.said}")
    used = data.get("usage") if isinstance(data.get("usage"), dict) else {}
    counts = (_count(used, "prompt_tokens"), _count(used, "completion_tokens"))
    text = _text(content)
    if refused or choice.get("finish_reason") == "content_filter":
        return Answer(str(refused or text), "refusal", "", *counts)
    return Answer(text, None if text.strip() else "no_response", "", *counts)


def _count(used: Any, name: str) -> int:
    found = used.get(name)
    return found if type(found) is int and found >= 0 else 0


def _text(content: Any) -> str:
    """A message's content: a text, or parts with texts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))
