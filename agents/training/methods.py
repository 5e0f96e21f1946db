"""The methods of ``persona-env train``, and which options are for which."""

from __future__ import annotations

from dataclasses import fields
from math import isfinite
from pathlib import Path
from typing import Any

from persona_env.arguments import choice
from persona_env.errors import ArgumentError, PersonaEnvError

RULE = "rule"
"""The reward of the environment itself, which judges every run."""

_LEARNING = "persona_env.agents.learning"
METHODS = {
    "ppo": "",
    "sft": f"{_LEARNING}.sft:trainer",
    "dpo": f"{_LEARNING}.dpo:trainer",
    "ipo": f"{_LEARNING}.dpo:trainer",
    "robust": f"{_LEARNING}.dpo:trainer",
    "kto": f"{_LEARNING}.kto:trainer",
    "grpo": f"{_LEARNING}.grpo:trainer",
    "rloo": f"{_LEARNING}.grpo:trainer",
    "best-of-n": f"{_LEARNING}.best_of_n:trainer",
}
"""What makes the trainer of TRL; PPO is by stable-baselines3, and is none of them."""

_PPO, _GROUPS, _DIRECT = ("ppo",), ("grpo", "rloo"), ("dpo", "ipo", "robust", "kto")
_SAMPLING = (*_PPO, *_GROUPS, "best-of-n")
OPTIONS: dict[str, tuple[str, ...]] = {
    "reward": _SAMPLING,
    "temperature": _SAMPLING,
    "kl": (*_PPO, *_GROUPS),
    "together": (*_PPO, *_GROUPS),
    "per_user": (*_PPO, *_GROUPS),
    "data": ("sft", *_DIRECT),
    "beta": _DIRECT,
    "flips": ("robust",),
    "best_of": ("best-of-n",),
    "batch": tuple(name for name in METHODS if name != "ppo"),
} | dict.fromkeys(
    ("envs", "floor", "compiled", "microbatch", "max_turns", "user_simulator", "max_topics",
     "end_token"),
    _PPO,
)  # fmt: skip
"""The methods that take an option; all take the others."""


def check_method(options: Any) -> None:
    """Raise :class:`PersonaEnvError` for an unknown method, and what it cannot be given."""
    choice("method", options.method, [*METHODS])
    for one in fields(options):
        takers = OPTIONS.get(one.name, METHODS)
        if options.method not in takers and getattr(options, one.name) != one.default:
            raise ArgumentError(
                f"--{one.name.replace('_', '-')} is for {', '.join(takers)}: leave it out, or give "
                f"one of these as --method, not {options.method}"
            )
    if options.method in _GROUPS and (options.together < 2 or options.batch % options.together):
        raise ArgumentError(
            f"--together {options.together} does not divide --batch {options.batch} into groups "
            "of at least 2 replies"
        )
    if options.per_user and options.max_turns > 1:
        raise ArgumentError(
            "--per-user is for replies, not for conversations: leave out --max-turns"
        )
    if options.data is not None and not Path(options.data).is_file():
        raise PersonaEnvError(f"--data {options.data}: there is no such file")
    if not 0 <= options.flips < 0.5:
        raise ArgumentError(f"--flips must be at least 0 and below 0.5, not {options.flips!r}")
    for name, least in (("beta", "above 0"), ("temperature", "above 0"), ("kl", "at least 0")):
        value = getattr(options, name)
        if not isfinite(value) or value < 0 or (value == 0 and least == "above 0"):
            raise ArgumentError(f"--{name} must be {least}, not {value!r}")
