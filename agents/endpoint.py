"""An agent behind any OpenAI-compatible chat endpoint."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import httpx

from persona_env.agent import Cut, Failed, Observation, Reply, StreamingAgent
from persona_env.arguments import whole_number
from persona_env.endpoints import (
    Cost,
    Endpoint,
    Price,
    Purse,
    Response,
    completion_of,
    model_at,
    money,
    posted,
)
from persona_env.errors import AgentError, ArgumentError, counted
from persona_env.messages import as_messages
from persona_env.registration import NATURAL_TOKENS
from persona_env.reporting.progress import duration

CHARACTERS = 4  # of a text that a token has, about
NEWER = "max_completion_tokens"


class EndpointAgent(StreamingAgent):
    """Asks a chat endpoint, several prompts at once.

    A prompt to which no reply could be had is a :class:`~persona_env.agent.Failed`, and a reply
    that reached the most tokens a :class:`~persona_env.agent.Cut`. What the server gives apart from
    the text as reasoning is left out.

    Parameters
    ----------
    model, base_url:
        Which model, and where, such as ``"http://127.0.0.1:8000/v1"``.
    key_env:
        The *name* of the environment variable that holds the key; ``None``: no key is sent.
    max_new_tokens:
        The most tokens of a reply, with its reasoning.
    temperature:
        ``None``: what the server does by default.
    template_arguments:
        What else the chat template is given, such as ``{"enable_thinking": False}``: sent as
        ``chat_template_kwargs``, which vLLM and SGLang know.
    concurrency:
        How many prompts are asked at once.
    timeout, retries, backoff, max_calls, price, purse:
        See :class:`~persona_env.endpoints.Endpoint`.
    tell:
        Is told what is about to be asked, and after more of them how long the others take.

    Raises
    ------
    AgentError
        For a wrong URL; when it asks for the first time, for a key that is not there, and for an
        endpoint that cannot be reached, refuses the key, or does not have the model.
    """

    def __init__(
        self,
        model: str,
        base_url: str,
        *,
        key_env: str | None = None,
        max_new_tokens: int = NATURAL_TOKENS,
        temperature: float | None = None,
        template_arguments: Mapping[str, Any] | None = None,
        concurrency: int = 8,
        timeout: float = 300.0,
        retries: int = 4,
        backoff: float = 1.0,
        max_calls: int | None = None,
        price: Price | None = None,
        purse: Purse | None = None,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        if temperature is not None and not temperature >= 0:
            raise ArgumentError(f"temperature must be 0 (greedy) or above, not {temperature}")
        self.model, self.tell = model, tell
        self.max_new_tokens = whole_number("max_new_tokens", max_new_tokens, least=1)
        self.concurrency = whole_number("concurrency", concurrency, least=1)
        self.endpoint = Endpoint(
            base_url, key_env, timeout=timeout, retries=whole_number("retries", retries, least=0),
            backoff=backoff, max_calls=max_calls, kind=AgentError, key_option="--agent-key-env",
            price=price, purse=purse,
        )  # fmt: skip
        self.cost = Cost(price=price)
        self._limit = "max_tokens"  # a newer server wants the same by another name
        self._rest: dict[str, Any] = {} if temperature is None else {"temperature": temperature}
        if template_arguments:
            self._rest["chat_template_kwargs"] = dict(template_arguments)
        self._answers = False  # whether it has answered yet

    def stream(self, observations: Sequence[Observation]) -> Iterator[tuple[int, Reply]]:
        """See :class:`~persona_env.agent.StreamingAgent`."""
        messages = [as_messages(one) for one in observations]
        begun, done, together = 0.0, 0, self.concurrency
        with self.endpoint.client() as client:
            self.tell(self.estimate(messages))
            for place, response in self._responses(client, messages):
                yield place, self._reply(response)
                done += 1
                if done == together:  # the first replies waited for the server to begin
                    begun = time.monotonic()
                elif done == 2 * together < len(messages):
                    seconds = (time.monotonic() - begun) * (len(messages) - done) / together
                    self.tell(f"{done} replies are there; the others take {duration(seconds)}")

    def estimate(self, messages: Sequence[Sequence[Mapping[str, str]]]) -> str:
        """What it takes to answer these prompts, at least and at most."""
        characters = sum(len(turn["content"]) for turns in messages for turn in turns)
        calls, times = len(messages), counted(self.endpoint.retries, "time")
        tokens = characters // CHARACTERS, calls * self.max_new_tokens
        return (
            f"{self.model} at {self.endpoint.url}: {counted(calls, 'call')}, {self.concurrency} at "
            f"once (each repeated at most {times}); about {tokens[0]:,} tokens in, at most "
            f"{tokens[1]:,} out{self._money(*tokens)}"
        )

    def _money(self, tokens_in: int, tokens_out: int) -> str:
        """What so many tokens cost; empty where no price is given."""
        price, purse = self.endpoint.price, self.endpoint.purse
        if price is None:
            return ""
        asked, replied = (money(price.cost(*one)) for one in ((tokens_in, 0), (0, tokens_out)))
        told = f"; cost about {asked} in, at most {replied} out"
        if purse.most is None:
            return told
        return f"{told}; no call is made that could exceed --max-cost {money(purse.most)}"

    def _responses(
        self, client: httpx.Client, messages: Sequence[Any]
    ) -> Iterator[tuple[int, Response]]:
        begin = 0
        if messages and not self._answers:  # by itself, since it may be that nothing will come
            yield 0, self._first(client, messages[0])
            begin = 1
        bodies = [self._body(one) for one in messages[begin:]]
        for place, response in posted(self.endpoint, client, bodies, self.concurrency):
            yield begin + place, self.cost.count(response)

    def _first(self, client: httpx.Client, messages: Any) -> Response:
        """The response to the first prompt; raises if it holds no completion."""
        response = self.cost.count(
            self.endpoint.post(client, self._body(messages), waits=self._tell_wait)
        )
        if response.status == httpx.codes.BAD_REQUEST and NEWER in response.body:
            self._limit = NEWER
            response = self.cost.count(self.endpoint.post(client, self._body(messages)))
        if not response.is_unsent and completion_of(response) is None:
            raise AgentError(
                f"cannot ask {self.model!r} at {self.endpoint.url} ({response.said}): check that "
                "the server runs, the URL (it mostly ends in /v1), the model's name and the key "
                "(--agent-key-env NAME)"
            )
        self._answers = True
        return response

    def _tell_wait(self, response: Response, seconds: float) -> None:
        self.tell(f"no answer yet ({response.said}); it is asked again in {duration(seconds)}")

    def _body(self, messages: Any) -> dict[str, Any]:
        limit = {self._limit: self.max_new_tokens}
        return {"model": self.model, "messages": messages, **limit, **self._rest}

    def _reply(self, response: Response) -> Reply:
        found = completion_of(response) if response.status == httpx.codes.OK else None
        if found is None:
            ok = response.status == httpx.codes.OK
            why = f"no chat completion: {response.said}" if ok else response.said
            self.cost.asked += 1
            self.cost.failures[_short(response)] += 1
            return Failed(why)
        self.cost.asked += 1
        if found.finish == "content_filter":
            self.cost.failures["content_filter"] += 1
            return Failed("content_filter: the server withheld the reply")
        text = (found.refusal or found.text).encode("utf-8", "replace").decode("utf-8")
        return Cut(text) if found.finish == "length" else text


def _short(response: Response) -> str:
    """The kind of a failure, in a word or two."""
    if response.status == httpx.codes.OK:
        return "no completion"
    if response.is_unsent:
        return "budget spent"
    return f"status {response.status}" if response.status else "no response"


def endpoint_agent(name: str, **options: Any) -> EndpointAgent:
    """The agent of ``MODEL@URL``; options are those of :class:`EndpointAgent`."""
    model, url = model_at(name, AgentError, "agent")
    return EndpointAgent(model, url, **options)
