"""A judge behind any OpenAI-compatible chat endpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import Any, Literal

import httpx

from persona_env.arguments import whole_number
from persona_env.errors import JudgeError
from persona_env.judges.answers import Answer
from persona_env.judges.chat import SPENT, Endpoint, Response, answer_of
from persona_env.judges.judge import Judge
from persona_env.judges.question import Question, schema
from persona_env.judges.record import Record

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
    timeout, retries, backoff, max_calls:
        See :class:`~persona_env.judges.chat.Endpoint`. What is asked beyond ``max_calls`` stays
        unread.
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
        )
        self.concurrency = whole_number("concurrency", concurrency, least=1)
        self.mode: Mode | None = None

    def answers(self, questions: Sequence[Question]) -> Iterator[tuple[int, Answer]]:
        """See :class:`~persona_env.judges.judge.Judge`."""
        with self.endpoint.client() as client:
            if self.mode is None:
                self.mode = self._probed(client)
            with ThreadPoolExecutor(self.concurrency) as pool:
                bodies = [self._body(q.system, q.user, schema()) for q in questions]
                jobs = {pool.submit(self._post, client, b): i for i, b in enumerate(bodies)}
                try:
                    for job in as_completed(jobs):
                        yield jobs[job], answer_of(self._counted(job))
                finally:
                    pool.shutdown(cancel_futures=True)

    def _counted(self, job: Future[Response]) -> Response:
        return self._count(job.result())

    def _count(self, response: Response) -> Response:
        self.cost.calls += response.calls
        self.cost.retries += max(0, response.calls - 1)
        return response

    def _post(self, client: httpx.Client, body: dict[str, Any]) -> Response:
        return self.endpoint.post(client, body)

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
        if response.status == httpx.codes.OK:
            return "schema" if _obeys(answer_of(response).text) else "plain"
        second = self._tried(client, self._body(*said, _PROBE, "plain"))
        if second.status == httpx.codes.OK or second.body == SPENT:
            return "plain"
        raise JudgeError(
            f"cannot ask {self.model!r} at {self.endpoint.url} ({second.said}): check that the "
            "server runs, the URL (it mostly ends in /v1), the model's name and the key "
            "(--judge-key-env NAME)"
        )

    def _tried(self, client: httpx.Client, body: dict[str, Any]) -> Response:
        return self._count(self.endpoint.post(client, body))


def _obeys(text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return found in ({"signal": "amber"}, {"signal": "violet"})
