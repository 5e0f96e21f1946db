"""Rubrics of OpenEnv: ``rubric(action, observation)``, looked up in openenv 0.10.0.

What an action and an observation hold is up to each environment. Here the action holds the reply
under every name that OpenEnv's own environments use, and the observation the prompt and what is
known of the user. A rubric that asks for more fails, with the names that there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from persona_env.auditor.own.asked import PROMPT, REPLY, Asked
from persona_env.auditor.own.reward import OwnReward, Paid, waited

ACTION = (*REPLY, "message", "content", "answer", "answer_text")


class Fields:
    """A record with these fields, and a text as what it says."""

    def __init__(self, said: str, fields: Mapping[str, Any]) -> None:
        self.__dict__.update(fields)
        self._said = said

    def __str__(self) -> str:
        return self._said

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        known = sorted(key for key in self.__dict__ if not key.startswith("_"))
        raise AttributeError(f"no {name!r} in an audit; there are {known}")

    def model_dump(self) -> dict[str, Any]:
        """The fields as a dict, as pydantic gives them."""
        return {key: value for key, value in self.__dict__.items() if not key.startswith("_")}


def action_of(asked: Asked) -> Fields:
    """The reply as an action."""
    more: dict[str, Any] = {"metadata": {}, "messages": asked.completion, "tokens": None}
    return Fields(asked.reply, {**dict.fromkeys(ACTION, asked.reply), **more})


def observation_of(asked: Asked) -> Fields:
    """What the action is judged with: the prompt, the user and the reference answer."""
    columns = dict(asked.columns)
    given = {**columns, **dict.fromkeys(PROMPT, asked.prompt), "messages": asked.messages}
    return Fields(asked.prompt, {**given, "done": True, "reward": None, "metadata": columns})


def openenv_reward(rubric: Any, name: str) -> OwnReward:
    """A ``Rubric``, or a function of an action and an observation; the parts are its children."""

    def call(asked: Asked) -> Paid:
        reward = waited(rubric(action_of(asked), observation_of(asked)))
        listed = getattr(rubric, "named_rubrics", None)
        children = dict(listed()) if callable(listed) else {}
        scores = {key: child.last_score for key, child in children.items() if key}
        return Paid(reward, {key: one for key, one in scores.items() if one is not None})

    return OwnReward(name, "an OpenEnv rubric", call)
