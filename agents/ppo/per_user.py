"""Rewards of PPO against each user's own history; see :mod:`persona_env.metrics.user_baselines`."""

from __future__ import annotations

from typing import cast

import numpy as np
from stable_baselines3.common.vec_env import VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

from persona_env.metrics.user_baselines import UserBaselines

from .vec_env import TokenVecEnv

EARNED = "earned"
"""In the info of an episode that ended: what it earned before."""


class PerUserRewards(VecEnvWrapper):
    """The reward of an episode becomes ``levelled`` by its user's history, when it ends.

    Histories are those of this process: a run that is resumed begins them again.
    """

    def __init__(self, venv: TokenVecEnv) -> None:
        super().__init__(venv)
        self.baselines = UserBaselines()
        self._users: list[str] = []

    def reset(self) -> VecEnvObs:
        """Begin an episode in each row."""
        seen = self.venv.reset()
        self._users = [user.id for user in self.venv.get_attr("user")]
        return seen

    def step_wait(self) -> VecEnvStepReturn:
        """Step; rows that end have their user's next."""
        seen, rewards, dones, infos = self.venv.step_wait()
        ended = np.flatnonzero(dones)
        users, earned = [self._users[i] for i in ended], rewards[ended].tolist()
        for place, was, now in zip(
            ended, earned, self.baselines.levelled(users, earned), strict=True
        ):
            infos[place][EARNED] = was
            rewards[place] = cast(float, now)
        for place, user in zip(ended, self.venv.get_attr("user", ended), strict=True):
            self._users[place] = user.id
        return seen, rewards, dones, infos
