"""Replies to several users, with the names of their cases and what they earn in this process."""

from __future__ import annotations

from functools import cache

from persona_env.adapters.named_envs import text_env
from persona_env.scenarios.case import Case

CHAT = "PersonaChat-v0"
OPTIONS = {"register": "natural"}
SAID = (
    "Rinse it until the water runs clear, then simmer it covered for twelve minutes.",
    "Certainly! I would be delighted to help you with that.\n\n- First, take a bowl.\n- Then stir.",
    "",
    "I cannot help with that.",
    "No sé la respuesta exacta, pero creo que son cuatro.",
)


@cache
def chat_env():
    """The environment that workers make of the same id and options."""
    return text_env(CHAT, split="all", **OPTIONS)


def cases(number: int) -> list[Case]:
    """So many cases of different users."""
    env = chat_env()
    return [
        Case(scenarios[at % len(scenarios)], user)
        for at, (user, scenarios) in zip(range(number), [*env.cases.values()] * 99, strict=False)
    ]


def rows(number: int) -> list[dict[str, str]]:
    """So many rows, each with a reply of its own."""
    return [
        {
            "env": CHAT,
            "scenario": case.scenario.id,
            "user": case.user.id,
            "reply": f"{SAID[at % len(SAID)]} {at}" if SAID[at % len(SAID)] else "",
        }
        for at, case in enumerate(cases(number))
    ]


def here(row: dict[str, str]):
    """The verdict of this process."""
    return chat_env().score(row["reply"], row["scenario"], row["user"])
