"""Calls of an OpenAI-compatible chat endpoint, with retries, a deadline and a budget."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Any

from persona_env.endpoints.budget import BROKE, SPENT, Budget, Purse
from persona_env.endpoints.price import Price
from persona_env.endpoints.response import Response
from persona_env.endpoints.usage import Usage, usage_of
from persona_env.errors import shown
from persona_env.files import Kind

if TYPE_CHECKING:
    import httpx

AGAIN = frozenset({408, 429, *range(500, 600)})
"""Statuses after which a call is repeated."""
LARGEST = 1 << 22  # bytes of a response that are read
LONGEST_WAIT = 60.0  # seconds before a call is repeated
LIMITS = ("max_tokens", "max_completion_tokens")
"""What of a body limits the tokens of an answer."""


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
    price, purse:
        What tokens cost, and how much may be spent; endpoints may share a purse.
    kind:
        The class of its errors.
    key_option:
        The option of the command line that names the variable, for an error.

    Raises
    ------
    PersonaEnvError
        Of ``kind``: for a URL that is none, or that holds a key, and for a purse with a limit and
        no price; from :meth:`client`, for a variable that holds no key.
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
        price: Price | None = None,
        purse: Purse | None = None,
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
        self.price, self.purse = price, purse or Purse()
        if price is None and self.purse.most is not None:
            raise kind(
                f"max_cost= (--max-cost) needs the price of {base_url!r}: give price= "
                f"({key_option.replace('key-env', 'price')} IN,OUT)"
            )

    @property
    def is_spent(self) -> bool:
        """Whether the budget of calls or of money has ended the calls."""
        return self.budget.is_spent or self.purse.is_empty

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
            response = self._paid(client, body).after(response)
            if response.is_unsent or (response.status and response.status not in AGAIN):
                break
            if repeated < self.retries:
                wait = min(response.wait or self.backoff * 2**repeated, LONGEST_WAIT)
                waits(response, wait)
                sleep(wait)
        return response

    def _paid(self, client: httpx.Client, body: Mapping[str, Any]) -> Response:
        """The response of one call, if there is budget and money for it."""
        most = self._at_most(body)
        if not self.purse.set_aside(most):
            return Response(0, BROKE, 0)
        cost = 0.0
        try:
            if not self.budget.take():
                return Response(0, SPENT, 0)
            cost = most  # until it is known
            response = self._once(client, body)
            cost = self._cost(response, most)
            return response
        finally:
            self.purse.settle(most, cost)

    def _at_most(self, body: Mapping[str, Any]) -> float:
        """What a call can cost: a token in has a byte at least; 0 where no price is known."""
        if self.price is None:
            return 0.0
        limit = next((body[name] for name in LIMITS if name in body), None)
        if limit is None and self.purse.most is not None:
            raise self.kind(
                f"max_cost= needs a limit of tokens ({' or '.join(LIMITS)}) in what is sent"
            )
        return self.price.cost(len(json.dumps(body)), limit or 0)

    def _cost(self, response: Response, most: float) -> float:
        """What a call did cost: as much as it can where that may be, and nobody said."""
        if self.price is None:
            return 0.0
        told = self.price.cost(response.tokens_in, response.tokens_out)
        return most if response.untold else told

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
                        return Response(0, f"a response of more than {LARGEST} bytes", untold=1)
                    if time.monotonic() > end:
                        return Response(0, f"no whole response within {self.timeout:g} s", untold=1)
        except (httpx.HTTPError, httpx.StreamError) as error:
            unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            return Response(0, f"{type(error).__name__}: {error}", untold=int(not unsent))
        wait = response.headers.get("Retry-After", "")
        seconds = float(wait) if wait.isdecimal() else 0.0
        text = data.decode("utf-8", "replace")
        used = usage_of(text)
        untold = int(used is None and response.status_code == httpx.codes.OK)
        return Response(
            response.status_code, text, 1, seconds, *(used or Usage(0, 0)), untold=untold
        )


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
