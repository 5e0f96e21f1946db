"""A server of vLLM on 127.0.0.1, as TRL's client knows it, without a model and without a GPU."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support import running

CONFIG = {
    "model_config": {"logprobs_mode": "processed_logprobs"},
    "weight_transfer_config": {"backend": "nccl"},
}

LOGPROB = -7.6
"""That of each token of a random model with a vocabulary of 2,000, which the tests train."""


class FakeVLLM:
    """Answers each prompt with these replies in turn, and keeps what it was asked."""

    def __init__(self, replies: list[list[int]]) -> None:
        self.replies = replies
        self.asked: list[dict[str, Any]] = []
        self.resets = 0
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = {
                    "/health": {},
                    "/v1/models": {"data": [{"id": "served"}]},
                    "/server_info": {"vllm_config": CONFIG},
                }
                found = known.get(self.path.split("?")[0])
                self._say(404 if found is None else 200, found)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path == "/reset_prefix_cache":
                    fake.resets += 1
                    self._say(200, {"success": True})
                elif self.path == "/v1/completions":
                    fake.asked.append(json.loads(body))
                    self._say(200, fake.completions(fake.asked[-1]))
                else:
                    self._say(404, None)

            def _say(self, status: int, said: Any) -> None:
                data = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def completions(self, body: dict[str, Any]) -> dict[str, Any]:
        return {
            "choices": [
                choice(prompt, self.replies[place % len(self.replies)][: body["max_tokens"]])
                for prompt in body["prompt"]
                for place in range(body["n"])
            ]
        }


def choice(prompt: list[int], ids: list[int]) -> dict[str, Any]:
    tokens = [f"token_id:{one}" for one in ids]
    told = {
        "tokens": tokens, "token_logprobs": [LOGPROB] * len(ids),
        "top_logprobs": [{token: LOGPROB} for token in tokens],
    }  # fmt: skip
    return {"prompt_token_ids": prompt, "token_ids": ids, "logprobs": told}


@contextmanager
def serving(replies: list[list[int]]) -> Iterator[FakeVLLM]:
    fake = FakeVLLM(replies)
    with running(fake.server):
        yield fake
