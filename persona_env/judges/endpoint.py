"""A judge behind any OpenAI-compatible chat endpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from persona_env.arguments import whole_number
from persona_env.endpoints import Endpoint, Price, Purse, Response, completion_of, posted
from persona_env.errors import JudgeError
from persona_env.judges.answers import Answer
from persona_env.judges.judge import Judge
from persona_env.judges.question import Question, schema
from persona_env.judges.record import Record

if TYPE_CHECKING:
    import httpx

Mode = Literal["schema", "plain"]
PARAMETERS: dict[str, Any] = {"temperature": 0, "max_tokens": 2048}
"""What is sent with a question by default."""
_PROBE = {
    "type": "object",
    "properties": {"signal": {"type": "string", "enum": ["amber", "violet"]}},
    "required": ["signal"],
    "additionalProperties": False,
}


class EndpointJudge(Judge):
    """Asks a chat endpoint, several questions at once.

    Whether the server obeys a JSON schema is tried once, before the first question; where it does
    not, answers are texts whose one JSON object is taken.

    Parameters
    ----------
    model, base_url:
        Which model, and where, such as ``"http://127.0.0.1:8000/v1"``.
    key_env:
        The *name* of the environment variable that holds the key; ``None``: no key is sent.
    parameters:
        More of the request's body, over :data:`PARAMETERS`; ``None`` leaves an entry out.
    concurrency:
        How many questions are asked at once.
    timeout, retries, backoff, max_calls, price, purse:
        See :class:`~persona_env.endpoints.Endpoint`. What is asked beyond ``max_calls``, or when
        the purse is empty, stays unread.
    record, all_fields:
        See :class:`~persona_env.judges.judge.Judge`.

    Raises
    ------
    JudgeError
        For a wrong URL; when it asks for the first time, for a key that is not there, and for an
        endpoint that cannot be reached, refuses the key, or does not have the model.
    """

    def __init__(
        self,
        model: str,
        base_url: str,
        *,
        key_env: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        concurrency: int = 8,
        timeout: float = 120.0,
        retries: int = 4,
        backoff: float = 1.0,
        max_calls: int | None = None,
        price: Price | None = None,
        purse: Purse | None = None,
        record: Record | None = None,
        all_fields: bool = False,
    ) -> None:
        given = {**PARAMETERS, **(parameters or {})}
        kept = {name: value for name, value in given.items() if value is not None}
        super().__init__(model, kept, record, all_fields=all_fields)
        self.endpoint = Endpoint(
            base_url,
            key_env,
            timeout=timeout,
            retries=whole_number("retries", retries, least=0),
            backoff=backoff,
            max_calls=None if max_calls is None else whole_number("max_calls", max_calls, least=0),
            kind=JudgeError,
            key_option="--judge-key-env",
            price=price,
            purse=purse,
        )
        self.cost.price = price
        self.concurrency = whole_number("concurrency", concurrency, least=1)
        self.mode: Mode | None = None

    def answers(self, questions: Sequence[Question]) -> Iterator[tuple[int, Answer]]:
        """See :class:`~persona_env.judges.judge.Judge`."""
        with self.endpoint.client() as client:
            if self.mode is None:
                self.mode = self._probed(client)
            bodies = [self._body(q.system, q.user, schema()) for q in questions]
            for place, response in posted(self.endpoint, client, bodies, self.concurrency):
                yield place, answer_of(self.cost.count(response))

    def _body(
        self, system: str, user: str, answer: Mapping[str, Any], mode: Mode | None = None
    ) -> dict[str, Any]:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        body = {"model": self.model, "messages": messages, **self.parameters}
        if (mode or self.mode) == "schema":
            form = {"name": "answer", "strict": True, "schema": answer}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        return body

    def _probed(self, client: httpx.Client) -> Mode:
        """Whether the server keeps a model that is asked for prose to a JSON schema."""
        said = ("You answer in one short sentence of plain prose.", "What is the weather like?")
        response = self._tried(client, self._body(*said, _PROBE, "schema"))
        if response.status == HTTPStatus.OK:
            return "schema" if _obeys(answer_of(response).text) else "plain"
        second = self._tried(client, self._body(*said, _PROBE, "plain"))
        if second.status == HTTPStatus.OK or second.is_unsent:
            return "plain"
        raise JudgeError(
            f"cannot ask {self.model!r} at {self.endpoint.url} ({second.said}): check that the "
            "server runs, the URL (it mostly ends in /v1), the model's name and the key "
            "(--judge-key-env NAME)"
        )

    def _tried(self, client: httpx.Client, body: dict[str, Any]) -> Response:
        return self.cost.count(self.endpoint.post(client, body))


def answer_of(response: Response) -> Answer:
    """The answer that a response holds, or why it holds none.

    >>> answer_of(Response(200, '{"choices": [{"message": {"content": "Yes."}}]}')).text
    'Yes.'
    >>> answer_of(Response(500, "down")).failure, answer_of(Response(0, "timeout")).failure
    ('grader_failed', 'no_response')
    """
    if response.status != HTTPStatus.OK:
        is_silent = not response.status and not response.is_unsent
        return Answer("", "no_response" if is_silent else "grader_failed", response.said)
    found = completion_of(response)
    if found is None:
        return Answer("", "grader_failed", f"no chat completion: {response.said}")
    if found.refusal or found.finish == "content_filter":
        return Answer(found.refusal or found.text, "refusal")
    return Answer(found.text, None if found.text.strip() else "no_response")


def _obeys(text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return found in ({"signal": "amber"}, {"signal": "violet"})
