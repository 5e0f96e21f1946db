"""Rewards of PPO against a history; see :mod:`persona_env.metrics.user_baselines`."""

from __future__ import annotations

from typing import cast

import numpy as np
from stable_baselines3.common.vec_env import VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

from persona_env.metrics.user_baselines import UserBaselines

from .vec_env import TokenVecEnv

EARNED = "earned"
"""In the info of an episode that ended: what it earned before."""


class RewardsByHistory(VecEnvWrapper):
    """The reward of an episode is seen against those before it, when it ends.

    ``per_user``: it becomes ``levelled`` by its user's history. ``whiten``: it is in units of the
    spread of everybody's, in which what is weighed against it (a KL penalty) is then told. Their
    mean stays: it is the same for all replies and changes no advantage, and a reply that earns
    nothing has the lowest reward. Histories are those of this process: a run that is resumed begins
    them again.
    """

    def __init__(
        self, venv: TokenVecEnv, *, per_user: bool = True, whiten: bool = False
    ) -> None:  # fmt: skip
        super().__init__(venv)
        self.baselines = UserBaselines()
        self.per_user, self.whiten = per_user, whiten
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
        levelled = self.baselines.levelled(users, earned)
        seen_as = levelled if self.per_user else earned
        for place, was, now in zip(ended, earned, seen_as, strict=True):
            infos[place][EARNED] = was
            rewards[place] = cast(float, self.baselines.unit(now) if self.whiten else now)
        for place, user in zip(ended, self.venv.get_attr("user", ended), strict=True):
            self._users[place] = user.id
        return seen, rewards, dones, infos
