"""Environments and reference agents, known by registry strings and imported when asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import gymnasium as gym

from persona_env.errors import unknown_name

ENVIRONMENTS: dict[str, str] = {
    "PersonaChat-v0": "persona_env.envs.chat:PersonaChatEnv",
    "PersonaChatTokens-v0": "persona_env.envs.chat:make_tokens",
}
VECTOR_ENVIRONMENTS: dict[str, str] = {
    "PersonaChat-v0": "persona_env.envs.chat:make_vector",
    "PersonaChatTokens-v0": "persona_env.envs.chat:make_token_vector",
}


def register_environments() -> None:
    """Register every id once (registering twice would warn)."""
    for name, entry_point in ENVIRONMENTS.items():
        if name not in gym.registry:
            gym.register(
                id=name,
                entry_point=entry_point,
                vector_entry_point=VECTOR_ENVIRONMENTS.get(name),
            )


AGENTS: dict[str, str] = {
    "blind": "persona_env.agents.scripted:BlindAgent",
    "constant": "persona_env.agents.scripted:ConstantAgent",
    "noisy_profile": "persona_env.agents.scripted:NoisyProfileAgent",
    "oracle": "persona_env.agents.scripted:OracleAgent",
    "random": "persona_env.agents.scripted:RandomAgent",
}


def load(entry: str) -> Any:
    """What a registry string ``"module:attribute"`` names."""
    module, _, attribute = entry.partition(":")
    return getattr(import_module(module), attribute)


def make_agent(name: str, env: Any) -> Any:
    """The reference agent of this name for ``env`` (an unwrapped :class:`PersonaEnv`)."""
    if name not in AGENTS:
        raise unknown_name("reference agent", name, AGENTS)
    return load(AGENTS[name])(env)
