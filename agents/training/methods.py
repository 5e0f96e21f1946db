"""The methods of ``persona-env train``, and which options are for which."""

from __future__ import annotations

from dataclasses import fields, replace
from math import isfinite
from pathlib import Path
from typing import Any

from persona_env.arguments import choice
from persona_env.errors import ArgumentError, PersonaEnvError

RULE = "rule"
"""The reward of the environment itself, which judges every run."""

_LEARNING = "persona_env.agents.learning"
TRAINERS = {
    "sft": f"{_LEARNING}.sft:trainer",
    "dpo": f"{_LEARNING}.dpo:trainer",
    "ipo": f"{_LEARNING}.dpo:trainer",
    "robust": f"{_LEARNING}.dpo:trainer",
    "kto": f"{_LEARNING}.kto:trainer",
    "grpo": f"{_LEARNING}.grpo:trainer",
    "rloo": f"{_LEARNING}.grpo:trainer",
    "best-of-n": f"{_LEARNING}.best_of_n:trainer",
}
"""What makes the trainer of TRL."""
COURSES = {
    "ai-feedback": f"{_LEARNING}.rounds.courses:ai_feedback",
    "constitution": f"{_LEARNING}.rounds.courses:constitution",
    "self-rewarding": f"{_LEARNING}.rounds.courses:self_rewarding",
    "two-rewards": f"{_LEARNING}.rounds.courses:two_rewards",
}
"""The round of a method that is made of rounds; one of any other method is :data:`COMPARED`."""
COMPARED = f"{_LEARNING}.rounds.courses:compared"
METHODS = ("ppo", *TRAINERS, *COURSES)

_PPO, GROUPS, _DIRECT = ("ppo",), ("grpo", "rloo"), ("dpo", "ipo", "robust", "kto")
SAMPLING = (*_PPO, *GROUPS, "best-of-n")
"""Methods that learn from a reward."""
_BY_REWARD = ("ai-feedback", "constitution", "two-rewards")
_ANNOTATED = tuple(name for name in METHODS if name not in ("self-rewarding", "two-rewards"))
OPTIONS: dict[str, tuple[str, ...]] = {
    "reward": SAMPLING,
    "temperature": (*SAMPLING, *COURSES),
    "kl": (*_PPO, *GROUPS, *_BY_REWARD),
    "together": (*_PPO, *GROUPS, *_BY_REWARD),
    "per_user": (*_PPO, *GROUPS, *_BY_REWARD),
    "whiten": (*_PPO, *GROUPS, *_BY_REWARD),
    "data": ("sft", *_DIRECT, "self-rewarding"),
    "annotator": _ANNOTATED,
    "learner": _BY_REWARD,
    "critic": ("constitution",),
    "constitution": ("constitution",),
    "revisions": ("constitution",),
    "grades": ("self-rewarding",),
    "length_penalty": ("self-rewarding",),
    "safety_terms": ("two-rewards",),
    "ptx": (*_PPO, *_BY_REWARD),
    "ptx_data": (*_PPO, *_BY_REWARD),
    "beta": (*_DIRECT, "self-rewarding"),
    "flips": ("robust",),
    "best_of": ("best-of-n", *COURSES),
    "batch": tuple(name for name in METHODS if name != "ppo"),
} | dict.fromkeys(("envs", "floor", "compiled", "microbatch"), (*_PPO, *_BY_REWARD)) | (
    dict.fromkeys(("max_turns", "user_simulator", "max_topics", "end_token"), _PPO)
)  # fmt: skip
"""The methods that take an option; all take the others."""
OF_ROUNDS = ("pairs", "annotator")
OF_DATA = ("reward", "data")


def in_rounds(options: Any) -> bool:
    """Whether the run collects comparisons itself."""
    return options.rounds is not None or options.method in COURSES


def way_named(options: Any) -> str:
    """Where the :class:`~persona_env.agents.training.judged_run.Way` of a run is."""
    if in_rounds(options):
        return f"{_LEARNING}.rounds.way:InRounds"
    here = "persona_env.agents.training.by_ppo:ByPPO"
    return here if options.method == "ppo" else f"{_LEARNING}.run:ByTRL"


def one_training(options: Any, method: str, **own: Any) -> Any:
    """The options of a training by ``method`` as a part of a run in rounds.

    What it does not take, and what is of rounds, is at its default.
    """
    rest = {"rounds", *OF_ROUNDS, *OF_DATA}
    plain = {
        one.name: one.default
        for one in fields(options)
        if one.name in rest or method not in OPTIONS.get(one.name, METHODS)
    }
    return replace(options, **plain | {"method": method, "resume": False, "seeds": 1} | own)


def check_method(options: Any) -> None:
    """Raise :class:`PersonaEnvError` for an unknown method, and what it cannot be given."""
    choice("method", options.method, METHODS)
    changed = {o.name for o in fields(options) if getattr(options, o.name) != o.default}
    for name in sorted(changed):
        takers = OPTIONS.get(name, METHODS)
        if options.method not in takers:
            raise ArgumentError(
                f"--{name.replace('_', '-')} is for {', '.join(takers)}: leave it out, or give "
                f"one of these as --method, not {options.method}"
            )
    _check_rounds(options, changed)
    choice("learner", options.learner, SAMPLING)
    if "grades" in changed:
        choice("grades", options.grades, ("asked", "implicit"))
    learner = options.learner if options.method in _BY_REWARD else options.method
    if learner in GROUPS and (options.together < 2 or options.batch % options.together):
        raise ArgumentError(
            f"--together {options.together} does not divide --batch {options.batch} into groups "
            "of at least 2 replies"
        )
    for name in ("per_user", "whiten"):
        if name in changed and options.max_turns > 1:
            raise ArgumentError(
                f"--{name.replace('_', '-')} is for replies, not for conversations: leave out "
                "--max-turns"
            )
    if "ptx_data" in changed and not options.ptx:
        raise ArgumentError("--ptx-data is mixed in with a weight: give --ptx, such as 1")
    _check_files(options)
    if not 0 <= options.flips < 0.5:
        raise ArgumentError(f"--flips must be at least 0 and below 0.5, not {options.flips!r}")
    for name, least in (("beta", "above 0"), ("temperature", "above 0"), ("kl", "at least 0"),
                        ("ptx", "at least 0"), ("length_penalty", "at least 0")):  # fmt: skip
        value = getattr(options, name)
        if not isfinite(value) or value < 0 or (value == 0 and least == "above 0"):
            raise ArgumentError(f"--{name.replace('_', '-')} must be {least}, not {value!r}")


def _check_rounds(options: Any, changed: set[str]) -> None:
    """What goes with rounds and what does not."""
    own = [name for name in OF_ROUNDS if name in changed]
    if own and not in_rounds(options):
        raise ArgumentError(f"--{own[0]} is of a run that collects comparisons: give --rounds")
    if options.rounds is None or options.method in COURSES:
        return
    for name in OF_DATA:
        if name in changed:
            raise ArgumentError(
                f"--{name} is what a training learns from, and --rounds make their own: give one "
                "of them"
            )
    if options.max_turns > 1:
        raise ArgumentError("--rounds compare replies, not conversations: leave out --max-turns")


def _check_files(options: Any) -> None:
    for name in ("data", "ptx_data", "constitution"):
        path = getattr(options, name)
        if path is not None and not Path(path).is_file():
            raise PersonaEnvError(f"--{name.replace('_', '-')} {path}: there is no such file")
