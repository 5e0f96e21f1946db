"""Text environments by id, for the command line and for training."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import gymnasium as gym

from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError, unknown_name
from persona_env.registration import ENVIRONMENTS, load


def make_text_env(name: str, **options: Any) -> tuple[gym.Env[Any, Any], PersonaEnv]:
    """An environment by id, and its innermost :class:`PersonaEnv`.

    Parameters
    ----------
    name:
        An id of this library, or of another package: ``"their_module:TheirEnv-v0"``.
    options:
        Those of :class:`PersonaEnv`.

    Raises
    ------
    PersonaEnvError
        If there is no such environment, if it is no :class:`PersonaEnv`, and from making it.
    """
    _check(name)
    env = gym.make(name, disable_env_checker=True, **options)
    base = env.unwrapped
    if not isinstance(base, PersonaEnv):
        raise PersonaEnvError(f"environment {name!r} is no PersonaEnv, but {type(base).__name__}")
    return env, base


def _check(name: str) -> None:
    """Before it is made: others do not take the options of a :class:`PersonaEnv`."""
    module, _, env_id = name.rpartition(":")
    if name in ENVIRONMENTS:
        return
    if not module:
        raise unknown_name("environment", name, ENVIRONMENTS)
    try:
        import_module(module)
        entry = gym.spec(env_id).entry_point
    except (ImportError, gym.error.Error) as error:
        raise PersonaEnvError(
            f"cannot find environment {name!r}, give 'module:TheirEnv-v0': {error}"
        ) from error
    made = load(entry) if isinstance(entry, str) else entry
    if isinstance(made, type) and not issubclass(made, PersonaEnv):
        raise PersonaEnvError(f"environment {name!r} is no PersonaEnv, but {made.__name__}")
