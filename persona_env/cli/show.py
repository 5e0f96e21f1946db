"""What the commands share: consoles, tables, names and environments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from inspect import getdoc
from typing import Annotated, Any

import gymnasium as gym
import typer
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError, unknown_name
from persona_env.registration import ENVIRONMENTS
from persona_env.scenarios.case import Visibility

EnvOption = Annotated[str, typer.Option("--env", help="Id of the environment.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
KNOWN_SHOWN = 600  # characters of a list of valid names in an error


def out() -> Console:
    """Where results go. Markup is off: replies and profiles may hold square brackets."""
    return Console(markup=False, highlight=False, emoji=False)


def notes() -> Console:
    """Where progress and errors go."""
    return Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str | Text]], right: str = ""
) -> Table:
    """A table of texts; the columns named in ``right`` (by spaces) hold numbers."""
    made = Table(title=Text(title), title_justify="left")
    for i, name in enumerate(columns):
        number = name in right.split()
        made.add_column(
            Text(name),
            justify="right" if number else "left",
            no_wrap=number or i == 0,
            overflow="fold",
        )
    for row in rows:
        cells: list[RenderableType] = [Text(c) if isinstance(c, str) else c for c in row]
        made.add_row(*cells)
    return made


def names(text: str | None) -> tuple[str, ...] | None:
    """The names of a list with commas; ``None`` stays ``None``.

    >>> names("wei, lin")
    ('wei', 'lin')
    """
    if text is None:
        return None
    return tuple(part.strip() for part in text.split(",") if part.strip())


def first_line(thing: object) -> str:
    """The first line of a docstring, without its markup."""
    line = (getdoc(thing) or "").partition("\n")[0]
    return re.sub(r":\w+:`([^`]*)`", r"\1", line).replace("``", "")


def make_env(
    name: str,
    split: str,
    profiles: Sequence[str] | None = None,
    scenarios: Sequence[str] | None = None,
    visibility: Visibility = "full",
) -> tuple[gym.Env[Any, Any], PersonaEnv]:
    """An environment by id, and its innermost :class:`PersonaEnv`.

    Ids of other packages are given as ``"their_module:TheirEnv-v0"``.
    """
    if name not in ENVIRONMENTS and ":" not in name:
        raise unknown_name("environment", name, ENVIRONMENTS)
    env = gym.make(
        name,
        disable_env_checker=True,
        split=split,
        profiles=profiles,
        scenarios=scenarios,
        user_visibility=visibility,
    )
    if not isinstance(env.unwrapped, PersonaEnv):
        raise PersonaEnvError(f"environment {name!r} is no PersonaEnv")
    return env, env.unwrapped


def error_text(error: Exception) -> str:
    """An error as one message; a long list of known names is cut, the nearest name stands first."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    head, mark, known = str(error).partition(" Known: [")
    if len(known) > KNOWN_SHOWN:
        known = known[:KNOWN_SHOWN].rpartition(",")[0] + ", ...]"
    return head + mark + known
