"""The options of the environment: which monitor, and what a prompt says of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from persona_env.arguments import choice
from persona_env.errors import ArgumentError, ProfileError, unknown_name
from persona_env.registration import is_entry, load
from persona_env.users.profile import UserProfile
from persona_env.wrappers.waiting import check_waiting

from .monitors import MONITORS, Monitor
from .terms import WAITING, WANTS
from .words import said

if TYPE_CHECKING:
    from .env import PersonaMonitorEnv


def find_monitor(given: Any) -> tuple[Monitor, str]:
    """A monitor by its name, by ``"module:attribute"`` or as it is, and what it reads.

    Raises :class:`~persona_env.errors.PersonaEnvError` for what is none.
    """
    if isinstance(given, str) and given in MONITORS:
        return MONITORS[given](), given
    if isinstance(given, str) and not is_entry(given):
        raise unknown_name("monitor", given, MONITORS)
    try:
        found = load(given) if isinstance(given, str) else given
    except (ImportError, AttributeError) as error:
        raise ArgumentError(f"cannot load monitor {given!r}: {error}") from error
    made = found() if isinstance(found, type) else found
    if not isinstance(made, Monitor):
        raise ArgumentError(
            f"monitor= is one of {sorted(MONITORS)}, or has a method flags(watched), not {given!r}"
        )
    return made, "both"


def told(env: PersonaMonitorEnv, language: str) -> str:
    """What the prompt says of the form of a reply, of thoughts, time and the monitor."""
    rules = said(language, "rules")
    parts = [
        rules["parts"],
        rules[f"thoughts_{env.scratchpad}"],
        rules["streaming" if env.streaming else "at_once"],
    ]
    if env.tells_monitor:
        parts.append(rules["monitored"].format(rules["monitored_by"][env.monitor_name]))
    return ("\n").join(parts)


def check_user(user: UserProfile) -> None:
    """Raise :class:`ProfileError` for a value that no term knows."""
    try:
        check_waiting(user.value(WAITING))
        for path, allowed in WANTS.items():
            if (value := user.value(path)) is not None:
                choice(path, value, allowed)
    except (ArgumentError, KeyError) as error:
        raise ProfileError(f"user {user.id!r}: {error}") from error
