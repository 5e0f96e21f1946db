"""Environments as the rows of a data set name them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import gymnasium as gym

from persona_env.arguments import listed
from persona_env.env import PersonaEnv
from persona_env.errors import ArgumentError, WrongEnvironmentError
from persona_env.judges import Judge, judge_readers
from persona_env.reading import Readers, find_reader
from persona_env.text_envs import make_text_env

Given = str | gym.Env[Any, Any]
"""An environment, or the id of one."""


def text_env(given: Given, **options: Any) -> PersonaEnv:
    """The :class:`PersonaEnv` that was given, or of this id with these options.

    Raises :class:`ArgumentError` for options beside an environment, and
    :class:`WrongEnvironmentError` for one of another kind.
    """
    if isinstance(given, str):
        return make_text_env(given, **options)[1]
    base = given.unwrapped if isinstance(given, gym.Env) else given
    if not isinstance(base, PersonaEnv):
        kind = type(base).__name__
        raise WrongEnvironmentError(f"give a PersonaEnv or the id of one, not {kind}")
    if options:
        raise ArgumentError(
            f"{name_of(base)} is made already, and {sorted(options)} are options of making it: "
            "give them to gym.make, or give its id here"
        )
    return base


def name_of(env: PersonaEnv) -> str:
    """What the column ``env`` of a row holds: an id, or without one the name of the class."""
    return type(env).__name__ if env.spec is None else env.spec.id


def envs_by_name(envs: Given | Sequence[Given], **options: Any) -> dict[str, PersonaEnv]:
    """Environments by the name that rows give them; see :func:`text_env`.

    Those by id have all splits, so that they know the cases of each.
    """
    return named(
        text_env(one, **{"split": "all", **options} if isinstance(one, str) else options)
        for one in given_envs(envs)
    )


def given_envs(envs: Given | Sequence[Given]) -> tuple[Given, ...]:
    """One environment or several, as a tuple."""
    return listed("envs", envs, (str, gym.Env), "an environment or an id")


def named(envs: Iterable[PersonaEnv]) -> dict[str, PersonaEnv]:
    """Environments by name; raises :class:`ArgumentError` for none, and for two of one name."""
    made = [*envs]
    found = {name_of(env): env for env in made}
    if not found or len(found) < len(made):
        names = [name_of(env) for env in made]
        raise ArgumentError(f"give one environment, or several with different ids, not {names}")
    return found


def reading_options(reader: str | Readers | None, judge: str | Judge | None) -> dict[str, Any]:
    """The options of an environment whose replies are read so; none if neither is given.

    A judge (``"MODEL@URL"``, or one itself) stands behind the exact rules.
    """
    if reader is not None and judge is not None:
        raise ArgumentError(
            "reader= and judge= both name a reader: give one, or both as reader='heads+judge:...'"
        )
    if isinstance(judge, Judge):
        reader = Readers([*find_reader("rules").readers, judge])
    elif judge is not None:
        reader = judge_readers(judge)
    return {} if reader is None else {"reader": find_reader(reader)}
