"""How a report came about: environment, options, versions and date, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

import gymnasium as gym

from persona_env.env import PersonaEnv
from persona_env.reading import Readers
from persona_env.registration import id_of
from persona_env.scenarios.schema import Scenario
from persona_env.users.profile import UserProfile
from persona_env.users.system_text import FORMS, SystemTemplate

LIBRARIES = ("persona-env", "gymnasium", "numpy", "torch", "transformers")


def environment_of(env: gym.Env[Any, Any]) -> dict[str, Any]:
    """The id of an environment, the options that it was made with, its terms and its gates.

    Users and scenarios stand there by their ids: what is in them may be private.
    """
    base: Any = env.unwrapped
    given = {} if env.spec is None else env.spec.kwargs
    named = {k: _plain(v) for k, v in given.items() if k != "env_class" and v is not None}
    return {
        "id": id_of(type(base)) if env.spec is None else env.spec.id,
        "options": named,
        **_facts(base),
    }


def reward_given(env: PersonaEnv) -> dict[str, str]:
    """``terms`` and ``gates`` as the environment was given them, with commas; ``""`` is none.

    What is as by default is left out. Of an environment that was made without an id all are named.

    >>> reward_given(gym.make("PersonaChat-v0", terms=["length", "tone"], gates=[]).unwrapped)
    {'terms': 'length, tone', 'gates': ''}
    """
    given = _facts(env) if env.spec is None else env.spec.kwargs
    named = {
        kind: _plain(given[kind]) for kind in ("terms", "gates") if given.get(kind) is not None
    }
    return {kind: one if isinstance(one, str) else ", ".join(one) for kind, one in named.items()}


def system_given(env: PersonaEnv) -> dict[str, str]:
    """``system``, the template by which a policy is told of the user, where one was given.

    >>> system_given(gym.make("PersonaChat-v0", profile_text="short").unwrapped)
    {}
    """
    given = None if env.spec is None else env.spec.kwargs.get("profile_text")
    if given is None or given in FORMS:
        return {}
    return {"system": given.name if isinstance(given, SystemTemplate) else str(given)}


def _facts(env: PersonaEnv) -> dict[str, Any]:
    return {
        "visibility": env.user_visibility,
        "terms": [term.name for term in env.terms if not term.gate],
        "gates": [term.name for term in env.terms if term.gate],
    }


def agent_named(about: Mapping[str, Any]) -> str:
    """How a report calls its agent, by what it says of it; empty where it says nothing.

    >>> agent_named({"name": "mine", "best_of": 4, "by": "reward_model:rm", "temperature": 1.0})
    'mine (best of 4 by reward_model:rm)'
    """
    name, best_of = str(about.get("name", "")), about.get("best_of")
    return name if best_of is None else f"{name} (best of {best_of} by {about.get('by')})"


def versions() -> dict[str, str]:
    """Python and the libraries that results depend on, by name."""
    return {"python": python_version(), **{name: version(name) for name in LIBRARIES}}


def today() -> str:
    """The day in UTC, such as ``2026-01-31``; not the hour, so that reports can be compared."""
    return datetime.now(UTC).date().isoformat()


def name_of(agent: object) -> str:
    """The name of a function, or of the class of another object.

    >>> name_of(name_of), name_of(3)
    ('name_of', 'int')
    """
    own = getattr(agent, "__name__", None)
    return own if isinstance(own, str) else type(agent).__name__


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, UserProfile | Scenario):
        return value.id
    if isinstance(value, Readers):
        return value.name
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    return name_of(value)
