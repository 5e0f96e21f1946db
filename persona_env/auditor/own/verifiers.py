"""Rewards of the verifiers library: rubrics and their functions, and tasks with reward methods.

Nothing is imported before a task is scored. Looked up in verifiers 0.3.1 (``verifiers.legacy``:
``Rubric``) and 0.4.0 (``verifiers.v1``: ``Task`` and ``Trace`` alone).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from persona_env.auditor.own.asked import USER, Asked
from persona_env.auditor.own.plain import named_user
from persona_env.auditor.own.reward import OwnReward, Paid, arguments, waited
from persona_env.errors import RewardError


def state_of(asked: Asked) -> dict[str, Any]:
    """What verifiers calls a state: a finished rollout of one turn."""
    columns = dict(asked.columns)
    return {
        "prompt": asked.messages,
        "completion": asked.completion,
        "answer": columns["answer"],
        "info": columns,
        "task": columns,
        "input": columns,
        "timing": {},
        "trajectory": [],
    }


def function_reward(function: Callable[..., Any], name: str) -> OwnReward:
    """A function of a rubric: ``async f(completion, answer, state, ...)``, or not ``async``."""

    def call(asked: Asked) -> Paid:
        state = state_of(asked)
        given = {**asked.columns, **state, "state": state}
        return Paid(waited(function(**arguments(function, given, name))))

    return OwnReward(name, "a function of a verifiers rubric", call, named_user(function))


def rubric_reward(rubric: Any, name: str) -> OwnReward:
    """A ``Rubric``: the weighted sum of its functions, by its own ``score_rollout(state)``.

    A rubric logs the errors of its functions and pays 0 for them; here they stay errors.
    """
    functions = list(getattr(rubric, "funcs", ()))

    def call(asked: Asked) -> Paid:
        state = state_of(asked)
        with _errors_of(rubric, name):
            waited(rubric.score_rollout(state))
        return Paid(state["reward"], state.get("metrics") or {})

    users = tuple(dict.fromkeys(user for f in functions for user in named_user(f)))
    return OwnReward(name, "a verifiers rubric", call, users)


@contextmanager
def _errors_of(rubric: Any, name: str) -> Iterator[None]:
    """Raise what a rubric would log and count as 0."""
    logger: logging.Logger = getattr(rubric, "logger", logging.getLogger("verifiers"))
    heard: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
    if heard:
        raise RewardError(f"{name!r} failed, which its rubric counts as 0: {heard[0]}")


def task_reward(task: Any, name: str) -> OwnReward:
    """A ``Task`` class, or one of its objects: the sum of its ``@reward`` methods.

    Its data are filled by the names of their fields (``prompt``, ``answer``, ``user``, ...).
    """
    kind = task if isinstance(task, type) else type(task)
    if getattr(kind, "NEEDS_CONTAINER", False):
        raise RewardError(
            f"{name!r} is graded in a container, which an audit of text does not have"
        )
    data_type: Any = kind.data_type()  # type: ignore[attr-defined]
    fields = {key: field.is_required() for key, field in data_type.model_fields.items()}

    def call(asked: Asked) -> Paid:
        given = {**asked.columns, "prompt": asked.prompt}
        if lacking := [key for key, needed in fields.items() if needed and key not in given]:
            raise RewardError(
                f"{name!r} needs {lacking} in its data, which the audit does not have; it gives "
                f"{sorted(given)}"
            )
        data = data_type(**{key: value for key, value in given.items() if key in fields})
        made = kind(data, None if isinstance(task, type) else task.config)
        trace = trace_of(made, asked.reply)
        waited(made.score(trace))
        scores = {key: found.value for key, found in trace.rewards.items() if found is not None}
        return Paid(trace.reward if scores else None, scores)

    return OwnReward(name, "a verifiers task", call, tuple(key for key in fields if key in USER))


def trace_of(task: Any, reply: str) -> Any:
    """A finished trace in which the task was answered with one reply."""
    vf, trace, graph = (import_module(f"verifiers.v1{part}") for part in ("", ".trace", ".graph"))
    made = trace.Trace(
        task=trace.TraceTask(
            type=type(task).__name__, data=task.data, key=task.key, hash=task.hash
        ),
        agent=trace.AgentInfo(config=vf.AgentConfig()),
    )
    said = (vf.UserMessage(content=task.data.prompt_text), vf.AssistantMessage(content=reply))
    made.nodes.append(graph.MessageNode(message=said[0]))
    made.nodes.append(graph.MessageNode(parent=0, message=said[1], sampled=True))
    return made
