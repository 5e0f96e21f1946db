"""verifiers: rollouts of one reply, scored by one comparison."""

from __future__ import annotations

import asyncio
import weakref
from importlib import import_module
from typing import Any

import httpx
from stepping import Way

from .ours import texts

ASKED = "How high is Yushan?"


def rollout(rows: int) -> Way:
    """So many rollouts at a time, as its agents make them, with a model that answers at once.

    The harness asks verifiers' own server on this machine for a reply, as each of its harnesses
    does, but from this process: a program of its own for each reply would cost more. The server,
    its client and the agent are kept from one batch to the next.
    """
    vf: Any = import_module("verifiers.v1")
    interception: Any = import_module("verifiers.v1.interception")
    config = vf.AgentConfig(model="instant", runtime=vf.SubprocessConfig())
    server, http = interception.InterceptionServer(), httpx.AsyncClient(timeout=None)
    agent = vf.Agent(config, interception=server)
    agent.harness = one_call(vf, http)(vf.HarnessConfig(id="null"))
    server.clients[agent.ctx.client.model_dump_json()] = instant(vf)()
    task, runner = right_answer(vf)(vf.TaskData(prompt=ASKED)), asyncio.Runner()

    async def batch() -> None:
        traces = await asyncio.gather(*(agent.run(task) for _ in range(rows)))
        wrong = [trace.errors for trace in traces if not trace.ok or "right" not in trace.rewards]
        if wrong:
            raise RuntimeError(f"verifiers failed on {len(wrong)} of {rows}: {wrong[0]}")

    def way() -> int:
        runner.run(batch())
        return rows

    def stop() -> None:
        runner.run(leave(http, agent, server))
        runner.close()

    runner.run(enter(server, agent))
    weakref.finalize(way, stop)
    return way


async def enter(*resources: Any) -> None:
    """Open what is kept."""
    for one in resources:
        await one.__aenter__()


async def leave(*resources: Any) -> None:
    """Close it again."""
    for one in resources:
        await one.__aexit__(None, None, None)


def instant(vf: Any) -> Any:
    """The class of a client that has a reply ready."""
    written = texts()

    class Instant(vf.Client):  # type: ignore[misc]
        """Answers with the next of the replies."""

        async def get_response(self, dialect: Any, body: Any, sampling: Any, **_: Any) -> Any:
            """The reply, as a provider sends it."""
            said = {"role": "assistant", "content": next(written)}
            choice = {"index": 0, "finish_reason": "stop", "message": said}
            usage = {"prompt_tokens": 8, "completion_tokens": 24, "total_tokens": 32}
            named = {"id": "0", "object": "chat.completion", "created": 0, "model": body["model"]}
            raw = {**named, "choices": [choice], "usage": usage}
            response = dialect.parse_response(dialect.validate_response(raw))
            response.raw = raw
            return response

    return Instant


def one_call(vf: Any, http: httpx.AsyncClient) -> Any:
    """The class of a harness that asks once."""

    class OneCall(vf.Harness[vf.HarnessConfig]):  # type: ignore[misc]
        """No tools, and no program of its own."""

        APPENDS_SYSTEM_PROMPT = True
        SUPPORTS_RESUME = True
        EXECUTES_CODE = False
        NEEDS_CONTAINER = False

        async def launch(
            self, ctx: Any, trace: Any, runtime: Any, endpoint: str, secret: str, *_: Any
        ) -> Any:
            """One call of the endpoint that verifiers records."""
            asked = {"model": ctx.model, "messages": [{"role": "user", "content": ASKED}]}
            headers = {"Authorization": f"Bearer {secret}"}
            found = await http.post(f"{endpoint}/chat/completions", json=asked, headers=headers)
            found.raise_for_status()
            return vf.ProgramResult(exit_code=0, stdout="", stderr="")

    return OneCall


def right_answer(vf: Any) -> Any:
    """The class of a task whose reward is one comparison."""

    class RightAnswer(vf.Task[vf.TaskData]):  # type: ignore[misc]
        """Whether the number is in the reply."""

        @vf.reward(weight=1.0)  # type: ignore[untyped-decorator]
        async def right(self, trace: Any) -> float:
            """1 or 0."""
            return float("3952" in (trace.last_reply or ""))

    return RightAnswer
