"""The same episode, but the agent cannot see whom it answers."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np


class HiddenProfile(
    gym.ObservationWrapper[dict[str, Any], str, dict[str, Any]], gym.utils.RecordConstructorArgs
):
    """Blanks ``user`` and ``user_vector``: the control for what knowing the user is worth."""

    def __init__(self, env: gym.Env[dict[str, Any], str]) -> None:
        gym.utils.RecordConstructorArgs.__init__(self)
        super().__init__(env)

    def observation(self, observation: dict[str, Any]) -> dict[str, Any]:
        """The observation of an unknown user."""
        return {**observation, "user": "", "user_vector": np.zeros_like(observation["user_vector"])}
