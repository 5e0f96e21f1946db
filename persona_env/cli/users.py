"""The user that ``--user`` names, for the commands about one user."""

from __future__ import annotations

from typing import Annotated

import typer

from persona_env.cli.show import make_env
from persona_env.env import PersonaEnv
from persona_env.users.library import find_profile
from persona_env.users.profile import UserProfile

UserOption = Annotated[
    str,
    typer.Option(
        help="A user of the environment or a bundled one, such as sam ('persona-env profiles' "
        "lists them), or a TOML file of one."
    ),
]


def find_asker(env: str, user: str) -> UserProfile:
    """The user whom ``--user`` names, of the environment with the id ``env``."""
    return asker_in(make_env(env, "all")[1], user, env)


def asker_in(base: PersonaEnv, user: str, env: str) -> UserProfile:
    """The same of an environment that is made."""
    return find_profile(user, base.audience("all"), env, "--user")
