"""The folder of a reward model: what is known of it before it is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from persona_env.errors import ArgumentError, PersonaEnvError
from persona_env.files import parse_json, read_text

Sees = Literal["blind", "prompt", "factorised", "latent"]
BY_NAME: tuple[Sees, ...] = ("factorised", "latent")
"""What has a vector for each user."""
FACTS = "reward_model.json"


def facts_of(folder: str | Path) -> dict[str, Any]:
    """What stands in the folder: ``sees``, ``users``, ``base`` and ``told``.

    Raises :class:`PersonaEnvError` for a folder that holds no reward model.
    """
    path = Path(folder) / FACTS
    if not path.is_file():
        raise PersonaEnvError(
            f"{str(folder)!r} holds no reward model ({FACTS} is missing): give a folder that "
            "'persona-env reward-model' wrote"
        )
    facts: dict[str, Any] = parse_json(read_text(path), str(path))
    return facts


def check_no_names(sees: str) -> None:
    """Raise :class:`ArgumentError` for a model that an agent cannot be reranked by."""
    if sees in BY_NAME:
        raise ArgumentError(
            f"a reward model that is {sees} has to be told by name who the user is, and an agent "
            "is not: give one with sees='prompt' or 'blind'"
        )


def facts_told_no_names(folder: str | Path) -> dict[str, Any]:
    """:func:`facts_of` a model that :func:`check_no_names` passes."""
    facts = facts_of(folder)
    check_no_names(facts["sees"])
    return facts
