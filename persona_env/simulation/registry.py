"""User simulators by name."""

from __future__ import annotations

from typing import Any

from persona_env.errors import SimulatorError, nearest
from persona_env.registration import SIMULATORS, load
from persona_env.simulation.complaints import ComplainingUser
from persona_env.simulation.user import UserSimulator

HINT = f"give one of {sorted(SIMULATORS)}, a registry string 'module:Class', or an instance"


def find_simulator(given: str | UserSimulator | None) -> UserSimulator:
    """The user simulator that is given, or made of its class; ``None``: :class:`ComplainingUser`.

    A registry string ``"module:Class"`` names a class that is made without arguments, and so does
    a name of :data:`~persona_env.registration.SIMULATORS`. Raises :class:`SimulatorError`.
    """
    if given is None:
        return ComplainingUser()
    made: Any = _made(given) if isinstance(given, str) else given
    if isinstance(made, type):
        raise SimulatorError(f"user_simulator= is the class {made.__name__}: give an instance")
    if not isinstance(made, UserSimulator):
        raise SimulatorError(
            f"user_simulator= is of type {type(made).__name__}, which has no method 'reply': {HINT}"
        )
    return made


def _made(name: str) -> Any:
    if name not in SIMULATORS and ":" not in name:
        raise SimulatorError(f"unknown user simulator {name!r}.{nearest(name, SIMULATORS)} {HINT}")
    try:
        return load(SIMULATORS.get(name, name))()
    except (ImportError, AttributeError, TypeError) as error:
        raise SimulatorError(f"user simulator {name!r} cannot be made: {error}; {HINT}") from error
