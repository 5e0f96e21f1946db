"""The token environments that a run learns in."""

from __future__ import annotations

from typing import Any

from stable_baselines3.common.vec_env import VecEnv

from persona_env.vector import TokenVectorEnv

from ..ppo.per_user import RewardsByHistory
from ..ppo.vec_env import TokenVecEnv
from .options import TrainOptions
from .run_envs import training_env


def token_envs(options: TrainOptions, codec: Any, size: int) -> VecEnv:
    """The training environments: token actions, and a reply that does not end has failed."""
    base = training_env(options)
    reply, context = options.lengths_in(base)
    tokens = TokenVectorEnv(
        base,
        options.envs,
        tokenizer=codec,
        max_new_tokens=reply,
        context_length=context,
        vocab_size=size,
        autoreset_mode="SameStep",
    )
    made = TokenVecEnv(tokens, options.together)
    if not (options.per_user or options.whiten):
        return made
    return RewardsByHistory(made, per_user=options.per_user, whiten=options.whiten)
