"""Plain functions of one prompt and one reply, and TRL's reward functions of lists of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from persona_env.auditor.own.asked import PROMPT, REPLY, USER, Asked
from persona_env.auditor.own.reward import OwnReward, Paid, arguments, waited
from persona_env.errors import RewardError

_NOT_A_TEXT = (TypeError, AttributeError, KeyError)
"""What a function raises that indexes messages and is given a text."""


def named_user(function: Callable[..., Any]) -> tuple[str, ...]:
    """The parameters of a function that stand for the user."""
    return tuple(name for name in inspect.signature(function).parameters if name in USER)


def plain_reward(function: Callable[..., Any], name: str) -> OwnReward:
    """A function of one reply: ``f(reply)``, ``f(prompt, response, user)`` and the like.

    Values go by the names of :mod:`persona_env.auditor.own.asked`, as texts.
    """

    def call(asked: Asked) -> Paid:
        given = {
            **asked.columns,
            **dict.fromkeys(PROMPT, asked.prompt),
            **dict.fromkeys(REPLY, asked.reply),
        }
        return Paid(waited(function(**arguments(function, given, name))))

    return OwnReward(name, "a plain function", call, named_user(function))


def trl_reward(function: Callable[..., Any], name: str) -> OwnReward:
    """TRL's ``f(prompts, completions, completion_ids, **columns) -> list[float | None]``.

    It is called as by ``GRPOTrainer`` (TRL 1.16), with lists of one; of a function whose annotation
    does not say so it is tried first whether completions are texts, then chat messages.
    ``completion_ids`` are numbers of characters, as there is no tokenizer here; ``trainer_state``
    is ``None``.
    """
    forms = _forms(function, "completions")

    def call(asked: Asked) -> Paid:
        given = {
            **{key: [value] for key, value in asked.columns.items()},
            "completion_ids": [[*map(ord, asked.reply)]],
            "trainer_state": None,
            "log_extra": _log,
            "log_metric": _log,
        }

        def ask(chat: bool) -> Any:
            prompts = [asked.messages if chat else asked.prompt]
            completions = [asked.completion if chat else asked.reply]
            all_given = {**given, "prompts": prompts, "completions": completions}
            return waited(function(**arguments(function, all_given, name)))

        rewards = forms.first(ask)
        if not isinstance(rewards, list | tuple) or len(rewards) != 1:
            raise RewardError(
                f"{name!r} returned {rewards!r} for one completion; a TRL reward function returns "
                "a list with one number, or None, for each"
            )
        return Paid(rewards[0])

    return OwnReward(name, "a TRL reward function", call, named_user(function))


def _log(*values: object) -> None:
    """What TRL gives a reward function to log more; here nothing is logged."""


class _Forms:
    """Whether a function wants completions as texts or as chat messages."""

    def __init__(self, chat: bool | None) -> None:
        self.chat = chat

    def first(self, ask: Callable[[bool], Any]) -> Any:
        """What it says to texts, or else to messages; from then on always the same."""
        if self.chat is not None:
            return ask(self.chat)
        try:
            found, chat = ask(False), False
        except _NOT_A_TEXT:
            found, chat = ask(True), True
        self.chat = chat
        return found


def _forms(function: Callable[..., Any], parameter: str) -> _Forms:
    """From the annotation of a parameter, if it has one: ``list[str]`` or of messages."""
    found = inspect.signature(function).parameters.get(parameter)
    said = "" if found is None or found.annotation is found.empty else str(found.annotation)
    if not said:
        return _Forms(None)
    if "dict" in said or "Message" in said or said.count("list") > 1:
        return _Forms(True)
    return _Forms(False) if "str" in said else _Forms(None)
