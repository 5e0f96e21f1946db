"""Which kind of reward something is, told by how it is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from persona_env.auditor.own.asked import PROMPT, REPLY
from persona_env.auditor.own.openenv import openenv_reward
from persona_env.auditor.own.plain import plain_reward, trl_reward
from persona_env.auditor.own.reward import OwnReward
from persona_env.auditor.own.verifiers import function_reward, rubric_reward, task_reward
from persona_env.errors import RewardError, shown
from persona_env.registration import load
from persona_env.rewards import Term, registered_terms
from persona_env.rewards.declaration import function_in, is_async, is_same
from persona_env.rewards.facts import make_term

ROLLOUT = {"state", "info", "parser", "task"}
"""Parameters that only functions of a verifiers rubric have."""
KINDS = (
    "a reward term f(view); a plain function f(prompt, reply, ...) with any of the names "
    f"{list(REPLY)}; a TRL reward function f(prompts, completions, **columns); a verifiers rubric, "
    "one of its functions f(completion, answer, state, ...), or a Task; an OpenEnv rubric "
    "f(action, observation)"
)


def find_reward(reward: Any) -> Term | OwnReward:
    """The reward term or reward function that something is: an object, or ``"module:name"`` of one.

    Told by its class for rubrics and tasks, else by the names of its parameters. A callable of one
    parameter that names no reply is a reward term, called with a view.

    >>> def polite(prompt, response):
    ...     return float("please" in response)
    >>> find_reward(polite).flavour
    'a plain function'

    Raises
    ------
    RewardError
        If it cannot be loaded, or is none of the kinds that are known.
    """
    if isinstance(reward, Term | OwnReward):
        return reward
    found = _loaded(reward) if isinstance(reward, str) else reward
    for known in registered_terms().values():
        if is_same(found, known.function):
            return known
    name = reward.partition(":")[2] if isinstance(reward, str) else _name(found)
    return _of_library(found, name) or _of_parameters(found, name)


def _of_library(found: Any, name: str) -> OwnReward | None:
    """A rubric or a task of verifiers, or a rubric of OpenEnv, told by its methods."""

    def has(*methods: str) -> bool:
        return all(callable(getattr(found, method, None)) for method in methods)

    if has("score_rollout", "add_reward_func"):
        return rubric_reward(_made(found, name), name)
    if has("data_type", "hooks", "score"):
        return task_reward(found, name)
    if has("forward", "named_rubrics"):
        return openenv_reward(_made(found, name), name)
    return None


def _made(found: Any, name: str) -> Any:
    """A rubric; a class is made without arguments."""
    if not isinstance(found, type):
        return found
    try:
        return found()
    except TypeError as error:
        raise RewardError(
            f"{name!r} is a class that takes arguments: give an object of it"
        ) from error


def _of_parameters(found: Any, name: str) -> Term | OwnReward:
    names = _parameters(found, name)
    if {"action", "observation"} <= names:
        return openenv_reward(found, name)
    if names & {"completions", "prompts", "completion_ids"}:
        return trl_reward(found, name)
    if names & {"completion", "prompt"} and (names & ROLLOUT or _takes_messages(found)):
        return function_reward(found, name)
    if names & set(REPLY):
        return plain_reward(found, name)
    if len(names) == 1 and not names & set(PROMPT):
        return make_term(found)
    raise RewardError(f"{name!r} takes {sorted(names)}; a reward is {KINDS}")


def _parameters(found: Any, name: str) -> set[str]:
    if not callable(found) or isinstance(found, type):
        raise RewardError(f"{shown(found)} is no reward: it must be {KINDS}")
    try:
        parameters = inspect.signature(found).parameters.values()
    except ValueError as error:
        raise RewardError(f"{name!r} does not tell its parameters; a reward is {KINDS}") from error
    kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {p.name for p in parameters if p.kind not in kinds}


def _takes_messages(found: Callable[..., Any]) -> bool:
    """A completion that is annotated as a list, or an ``async`` function that names one."""
    parameter = inspect.signature(found).parameters.get("completion")
    if parameter is None:
        return False
    return "list" in str(parameter.annotation).lower() or is_async(found)


def _name(found: Any) -> str:
    inner = function_in(found)
    return str(getattr(inner, "__name__", type(inner).__name__))


def _loaded(entry: str) -> Any:
    try:
        return load(entry)
    except (ImportError, AttributeError, ValueError) as error:
        raise RewardError(f"cannot load {entry!r}, give 'module:function': {error}") from error
