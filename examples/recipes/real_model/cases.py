"""Who asks what: the users, the questions of each split, and what the model is shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import gymnasium as gym

from persona_env import PersonaEnv, UserProfile
from persona_env.messages import Message, as_messages
from persona_env.scenarios.case import Case
from persona_env.scenarios.schema import Scenario

USERS = Path(__file__).parent / "users"
TRAINED = tuple(str(USERS / f"{name}.toml") for name in ("ann", "bob", "cleo", "dan"))
NEW = tuple(str(USERS / f"{name}.toml") for name in ("eva", "finn"))
"""Users whose preferences come together in no training."""
SYSTEM = str(Path(__file__).parent / "system.jinja")
"""The system text: how this user wants to be answered, in the library's own sentences."""
CATEGORIES = ("know_how", "opinion")


class Worlds(NamedTuple):
    """The same users with questions to train on, with held-out ones, and new users with these."""

    train: PersonaEnv
    held: PersonaEnv
    new: PersonaEnv | None


def make(
    users: Sequence[str | UserProfile],
    scenarios: Sequence[str | Scenario],
    split: str,
    reader: str,
    system: str | None = None,
) -> PersonaEnv:
    """An environment of these users and scenarios, in the natural register."""
    env = gym.make(
        "PersonaChat-v0", profiles=list(users), scenarios=list(scenarios), split=split,
        register="natural", reader=reader, profile_text=system,
    ).unwrapped  # fmt: skip
    assert isinstance(env, PersonaEnv)
    return env


def worlds(
    users: Sequence[str], new: Sequence[str], scenarios: Sequence[str], reader: str, system: str
) -> Worlds:
    """The three environments of a run."""
    train = make(users, scenarios, "train", reader, system)
    held = make(users, scenarios, "heldout", reader, system)
    return Worlds(train, held, make(new, scenarios, "heldout", reader, system) if new else None)


def cases_of(env: PersonaEnv, questions: int | None = None) -> list[Case]:
    """Every user with the questions that all of them can ask, ``questions`` of them if given.

    Fewer are taken evenly from the whole list, so that each category keeps its share.
    """
    asked = [{scenario.id for scenario in env.cases[user.id][1]} for user in env.users]
    shared = [one for one in env.scenarios.shown if all(one.id in ids for ids in asked)]
    count = min(questions or len(shared), len(shared))
    picked = [shared[len(shared) * place // count] for place in range(count)]
    return [Case(scenario, user) for scenario in picked for user in env.users]


def messages(env: PersonaEnv, case: Case) -> list[Message]:
    """The chat that asks for a reply: what the environment shows of the user, and the question."""
    return as_messages(env.handed(*case))
