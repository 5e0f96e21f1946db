"""OpenEnv: what a server of an environment is made with, and what it serves; see
``docs/openenv.md``.

The server, its models and its client are in the package ``integrations/persona_openenv``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from persona_env.adapters.named_envs import reading_options, text_env
from persona_env.adapters.sessions import Sessions
from persona_env.arguments import mapping
from persona_env.env import Observation
from persona_env.errors import ArgumentError

ENV, OPTIONS, SESSIONS = "PERSONA_ENV", "PERSONA_ENV_OPTIONS", "PERSONA_ENV_SESSIONS"
"""Environment variables: an id, options of the environment as a JSON object (``judge`` with them),
and how many sessions may be open at the same time."""
MOST_SESSIONS = 64


def served_sessions(variables: Mapping[str, str]) -> Sessions:
    """Sessions of the environment that these variables name.

    Raises :class:`PersonaEnvError` for what cannot be made.
    """
    options = {**mapping(OPTIONS, _read(variables.get(OPTIONS, "{}")), "options to values")}
    reading = reading_options(options.pop("reader", None), options.pop("judge", None))
    return Sessions(text_env(variables.get(ENV, "PersonaChat-v0"), **options, **reading))


def most_sessions(variables: Mapping[str, str]) -> int:
    """How many sessions may be open at the same time."""
    given = variables.get(SESSIONS, str(MOST_SESSIONS))
    if not given.isdecimal() or int(given) < 1:
        raise ArgumentError(f"{SESSIONS} must be a whole number of at least 1, not {given!r}")
    return int(given)


def shown(seen: Observation, info: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a served observation: what an agent sees, and what ``info`` tells of rewards.

    Of a user who is not seen whole ``info`` tells nothing, and so neither does this.
    """
    reasons = info.get("reward_reasons", {})
    return {
        **{name: seen[name] for name in ("prompt", "user", "transcript")},
        **{name: info[name] for name in ("messages", "turn")},
        "ended": info.get("ended", ""),
        "terms": info.get("reward_terms", {}),
        "gates": info.get("reward_gates", {}),
        "coverage": info.get("reward_coverage"),
        "reasons": {name: [r._asdict() for r in each] for name, each in reasons.items()},
    }


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ArgumentError(
            f"{OPTIONS} must be a JSON object such as '{{\"max_turns\": 3}}', not {text!r}: {error}"
        ) from error
