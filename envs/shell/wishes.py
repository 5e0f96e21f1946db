"""What a profile says of shells: which one, how commands are explained, and what is risky."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from persona_env.errors import ProfileError, nearest
from persona_env.users.profile import UserProfile

from .sim import Shell


class Level(StrEnum):
    """How a command is explained: ``extensions.command_explanation``."""

    PARTS = "explain every command and option"
    SENTENCE = "one or two sentences"
    NONE = "none, only the command"


class Risk(StrEnum):
    """What happens before files are lost: ``extensions.before_files_are_lost``."""

    ASK = "ask me first and wait for my answer"
    WARN = "give the command with a warning"
    TRUST = "give the command without a warning"


SHELL = "extensions.shell"
LEVEL = "extensions.command_explanation"
RISK = "extensions.before_files_are_lost"
FIELDS = (SHELL, LEVEL, RISK)
_KINDS: dict[str, type[StrEnum]] = {SHELL: Shell, LEVEL: Level, RISK: Risk}
_ROLES = {SHELL: "context", LEVEL: "preference", RISK: "preference"}


def shell_of(value: Any) -> Shell:
    """The shell of a user; bash for a user of whom none is known."""
    return Shell.BASH if value is None else Shell(value)


def level_of(field: Callable[[str], Any]) -> Level | None:
    """How a user wants commands explained."""
    value = field(LEVEL)
    return None if value is None else Level(value)


def risk_of(field: Callable[[str], Any]) -> Risk:
    """What a user wants before files are lost; a warning where nothing is known."""
    value = field(RISK)
    return Risk.WARN if value is None else Risk(value)


def check_wishes(user: UserProfile) -> None:
    """Raise :class:`ProfileError` for a value that there is not, with the nearest one."""
    for path, kind in _KINDS.items():
        name = path.removeprefix("extensions.")
        own = user.extensions.get(name)
        if own is None:
            continue
        allowed = [str(one.value) for one in kind]
        if own.value not in allowed:
            hint = nearest(str(own.value), allowed)
            raise ProfileError(f"{name} {own.value!r} is not one of {allowed}.{hint}")
        if own.role != _ROLES[path]:
            raise ProfileError(f"{name} has the role {_ROLES[path]!r}, not {own.role!r}")
