"""What goes over the wire: a reply, and what is seen after it."""

from __future__ import annotations

from typing import Any

from openenv.core import Action, Observation
from pydantic import Field


class Reply(Action):
    """An answer to the user."""

    reply: str


class Asked(Observation):
    """What the user says now, what is known of the user, and how the last reply was judged.

    ``messages`` is all of it as a chat. ``terms``, ``gates``, ``reasons`` and ``coverage`` tell how
    the reward came about; they are empty of a user whom the observation does not show whole.
    """

    prompt: str
    user: str
    transcript: str
    messages: list[dict[str, str]]
    turn: int
    ended: str
    terms: dict[str, float] = Field(default_factory=dict)
    gates: dict[str, float] = Field(default_factory=dict)
    reasons: dict[str, list[dict[str, Any]]] = Field(default_factory=dict)
    coverage: float | None = None
