"""The environments that follow from the options of a training run."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import gymnasium as gym

from persona_env.asked import left_out_text, uncounted_text
from persona_env.endpoints import Price, Purse
from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError, ScenarioError
from persona_env.judges import Judge
from persona_env.registration import is_entry, register_of
from persona_env.scenarios.library import choose_scenarios
from persona_env.text_envs import make_text_env, profile_text_for, who_reads
from persona_env.users.profile import UserProfile

from .methods import RULE
from .options import TrainOptions

TextEnv = gym.Env[Any, Any]
_LOG = logging.getLogger(__name__)


def training_env(options: TrainOptions) -> PersonaEnv:
    """What is trained in: its reward is what ``options.reward`` names, and else that of judging."""
    if options.reward != RULE:
        options = replace(options, terms=(options.reward,), gates=())
    return _make(options, "train")[1]


def check_envs(options: TrainOptions) -> None:
    """Make the environment of a run and leave it: what is misspelt is told before torch loads.

    Raises what :func:`training_env` and :func:`judged_envs` do.
    """
    _held_out(options, _make(options, "train")[1])
    if is_entry(options.reward):  # a model of rewards loads torch itself
        training_env(options)


def judged_envs(options: TrainOptions) -> tuple[dict[str, TextEnv], bool]:
    """What a run is judged on, by the ending of its report's name, and whether it is held out.

    ``""``: the users of the training; ``"_heldout"``: held-out users, where none were named. The
    scenarios are the held-out ones of what the run was given; if there are none, those of the
    training. Raises :class:`ScenarioError` for the id of a held-out scenario among them.
    """
    base = _make(options, "train")[1]
    _tell(options, base)
    names = _held_out(options, base)
    held_out = names != ()
    if not held_out:
        _LOG.warning("nothing of the scenarios is held out: judged on those of the training")
    judged = replace(options, scenarios=names, prompts=None) if held_out else options
    split = "heldout" if held_out else "train"
    envs = {"": _make(judged, split, base.users)[0]}
    if options.profiles is None:
        envs["_heldout"] = _make(judged, split, base.audience("heldout"))[0]
    return envs, held_out


def _held_out(options: TrainOptions, base: PersonaEnv) -> tuple[str, ...] | None:
    """What of ``options.asked`` is held out; ``None`` where all that there is may be asked."""
    return options.asked and held_out_names(base, options.asked)


def held_out_names(base: PersonaEnv, names: Sequence[str]) -> tuple[str, ...]:
    """Those of ``names`` that hold held-out scenarios; ``base`` is what is trained on."""
    for name in names:
        named = base.scenarios.find(name)
        if named is not None and named.split == "heldout":
            raise ScenarioError(
                f"scenario {name!r} is held out: a policy that trains on it cannot be "
                "evaluated on it. Name scenarios of split 'train', categories, or files of your own"
            )
    parts = (name for name in names if base.scenarios.find(name) is None)
    return tuple(name for name in parts if _is_held_out(base, name))


def _is_held_out(base: PersonaEnv, name: str) -> bool:
    try:
        choose_scenarios([name], "heldout", base.bundled)
    except PersonaEnvError:
        return False
    return True


def _make(
    options: TrainOptions, split: str, users: Sequence[UserProfile] | None = None
) -> tuple[TextEnv, PersonaEnv]:
    return make_text_env(
        options.env,
        profiles=options.profiles if users is None else users,
        scenarios=options.asked,
        terms=options.terms,
        gates=options.gates,
        split=split,
        user_visibility="hidden" if options.hidden else "full",
        profile_text=profile_text_for(options.start, options.system),
        max_turns=options.max_turns,
        user_simulator=options.user_simulator,
        max_topics=options.max_topics,
        **_reads(options),
    )


def new_judge() -> None:
    """Begin a run: its judge has a budget of its own, and reads its record anew."""
    _found.cache_clear()


_READ_BY = ("register", "reader", "judge", "judge_key_env", "judge_record", "max_calls")


def _reads(options: TrainOptions) -> dict[str, Any]:
    """The register and the reader of a run; all its environments share one judge and its budget."""
    given = tuple((name, getattr(options, name)) for name in _READ_BY)
    return _found(register_of(options.start), given, options.judge_price, options.max_cost)


@lru_cache(maxsize=1)
def _found(
    default: str, given: tuple[tuple[str, Any], ...], judge_price: str | None,
    max_cost: float | None,
) -> dict[str, Any]:  # fmt: skip
    price = None if judge_price is None else Price.of(judge_price, "--judge-price")
    return who_reads(default=default, **dict(given), judge_price=price, purse=Purse(max_cost))


def tell_judge(env: TextEnv) -> None:
    """Say what the judge of a run took, if there is one; all its environments share it."""
    base: Any = env.unwrapped
    judges = [] if base.readers is None else base.readers.readers
    for one in judges:
        if isinstance(one, Judge):
            _LOG.info("%s: %s", one.name, one.cost)


def _tell(options: TrainOptions, env: PersonaEnv) -> None:
    if options.asked and (left_out := left_out_text(env)):
        _LOG.warning(left_out)
    if uncounted := uncounted_text(env, options.imports):
        _LOG.warning(uncounted)
    if env.readers is not None:
        _LOG.info("replies are read by %s, in the natural register", env.readers.name)
