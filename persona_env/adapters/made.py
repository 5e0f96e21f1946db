"""Environments that are made from plain values, which a host keeps with its tasks and samples."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, Self

from persona_env.adapters.named_envs import reading_options, text_env
from persona_env.adapters.rows import Row, make_rows
from persona_env.adapters.sessions import Sessions


class Made(NamedTuple):
    """What an environment is made with; see :class:`~persona_env.env.PersonaEnv`.

    >>> Made.read(Made(users=("sam",))._asdict()).users
    ('sam',)
    """

    env: str = "PersonaChat-v0"
    split: str = "train"
    users: tuple[str, ...] = ()
    register: str = "natural"
    reader: str | None = None
    judge: str | None = None
    max_turns: int = 1

    @classmethod
    def read(cls, values: dict[str, Any]) -> Self:
        """From JSON, which has lists for tuples."""
        return cls(**{**values, "users": tuple(values["users"])})


@lru_cache(maxsize=8)
def sessions(made: Made) -> Sessions:
    """The sessions of this environment: the same ones for all conversations.

    Raises :class:`PersonaEnvError` for what cannot be made.
    """
    options = {"split": made.split, "profiles": list(made.users) or None}
    shared = {"register": made.register, "max_turns": made.max_turns}
    reading = reading_options(made.reader, made.judge)
    return Sessions(text_env(made.env, **options, **shared, **reading))


def case_rows(made: Made, episodes: int | None, seed: int) -> list[Row]:
    """The rows of the prompts of this environment, each with a ``name``, the ``category`` of its
    scenario, and how the environment is ``made``."""
    env = sessions(made).env
    rows = make_rows(env, "prompts", episodes, seed)
    asked = [env.scenarios.find(row["scenario"]) for row in rows]
    return [
        {
            **row,
            "name": f"{row['user']}/{row['scenario']}",
            "category": one.category if one else "",
            "made": made._asdict(),
        }
        for row, one in zip(rows, asked, strict=True)
    ]
