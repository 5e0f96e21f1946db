"""What a training run is made of: its options, and the environments that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gymnasium as gym

from persona_env.env import PersonaEnv
from persona_env.errors import PersonaEnvError, ScenarioError
from persona_env.evaluation.evaluate import persona_env_of
from persona_env.registration import start_for
from persona_env.scenarios.library import choose_scenarios
from persona_env.users.profile import UserProfile
from persona_env.vector import TokenVectorEnv
from persona_env.wrappers.token_actions import CONTEXT_LENGTH, MAX_NEW_TOKENS

from ..language_model import known_device
from ..ppo.vec_env import TokenVecEnv


@dataclass(frozen=True)
class TrainOptions:
    """What a run is made of; the defaults are the main job."""

    env: str = "PersonaChat-v0"
    profiles: tuple[str, ...] | None = None
    scenarios: tuple[str, ...] | None = None
    terms: tuple[str, ...] | None = None
    steps: int = 300_000
    seed: int = 0
    output: Path = Path("runs/demo")
    resume: bool = False
    policy: str | None = None
    hidden: bool = False
    device: str = "cpu"
    threads: int | None = None
    envs: int = 128
    lr: float = 3e-4
    kl: float = 0.02
    floor: float = -8.0
    temperature: float = 0.7
    together: int = 4
    precision: str = "auto"
    compiled: bool = False
    tensorboard: bool = True
    max_new_tokens: int = MAX_NEW_TOKENS
    context_length: int = CONTEXT_LENGTH

    def __post_init__(self) -> None:
        known_device(self.device)

    @property
    def start(self) -> str:
        """The policy to start from."""
        return self.policy or start_for(self.env)


def text_env(
    options: TrainOptions, split: str = "train", users: Sequence[UserProfile] | None = None
) -> gym.Env[Any, Any]:
    """The text environment of a run, on the scenarios of a split."""
    env: gym.Env[Any, Any] = gym.make(
        options.env,
        profiles=options.profiles if users is None else users,
        scenarios=options.scenarios,
        terms=options.terms,
        split=split,
        user_visibility="hidden" if options.hidden else "full",
    )
    return env


def judged_envs(options: TrainOptions) -> tuple[dict[str, gym.Env[Any, Any]], bool]:
    """What a run is judged on, by the ending of its report's name, and whether it is held out.

    ``""``: the users of the training; ``"_heldout"``: held-out users, where none were named. The
    scenarios are the held-out ones of what the run was given; if there are none, those of the
    training. Raises :class:`ScenarioError` for the id of a held-out scenario among them.
    """
    base = persona_env_of(text_env(options))
    names = options.scenarios and held_out_names(base, options.scenarios)
    held_out = names != ()
    judged = replace(options, scenarios=names) if held_out else options
    split = "heldout" if held_out else "train"
    envs = {"": text_env(judged, split, base.users)}
    if options.profiles is None:
        envs["_heldout"] = text_env(judged, split, base.audience("heldout"))
    return envs, held_out


def held_out_names(base: PersonaEnv, names: Sequence[str]) -> tuple[str, ...]:
    """Those of ``names`` that hold held-out scenarios; ``base`` is what is trained on."""
    for name in names:
        named = base.scenarios.find(name)
        if named is not None and named.split == "heldout":
            raise ScenarioError(
                f"scenario {name!r} is held out: who trains on it cannot be judged on it. Name "
                "scenarios of split 'train', categories, or files of your own"
            )
    parts = (name for name in names if base.scenarios.find(name) is None)
    return tuple(name for name in parts if _is_held_out(base, name))


def _is_held_out(base: PersonaEnv, name: str) -> bool:
    try:
        choose_scenarios([name], "heldout", base.bundled)
    except PersonaEnvError:
        return False
    return True


def token_envs(options: TrainOptions, codec: Any, size: int) -> TokenVecEnv:
    """The training environments: token actions, and a reply that does not end has failed."""
    tokens = TokenVectorEnv(
        persona_env_of(text_env(options)),
        options.envs,
        tokenizer=codec,
        max_new_tokens=options.max_new_tokens,
        context_length=options.context_length,
        vocab_size=size,
        autoreset_mode="SameStep",
    )
    return TokenVecEnv(tokens, options.together)
