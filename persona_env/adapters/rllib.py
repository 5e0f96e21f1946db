"""RLlib: token environments with action masks in the observation; see ``docs/frameworks.md``.

Without masks RLlib takes ``"persona_env:PersonaChatTokens-v0"`` as it is.
"""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.spaces.utils import flatten

from persona_env.errors import PersonaEnvError

Seen = dict[str, npt.NDArray[np.float32]]


class MaskedObservation(gym.Wrapper[Seen, np.int64, Any, np.int64]):
    """Observations as RLlib's ``ActionMaskingTorchRLModule`` takes them.

    Observation
        ``observations``, ``float32 of shape (2 L,)``, the arrays of a token environment in one, and
        ``action_mask``, ``float32 of shape (V,)``.

    Raises :class:`PersonaEnvError` for an environment that is not made with ``action_mask=True``.
    """

    def __init__(self, env: gym.Env[Any, np.int64]) -> None:
        told = env.has_wrapper_attr("action_mask") and env.get_wrapper_attr("action_mask")
        if not told or not isinstance(env.action_space, spaces.Discrete):
            raise PersonaEnvError(f"{env} tells no masks: make tokens with action_mask=True")
        super().__init__(env)
        size, count = spaces.flatdim(env.observation_space), int(env.action_space.n)
        mask = spaces.Box(0, 1, (count,), np.float32)
        seen = spaces.Box(0, count, (size,), np.float32)
        self.observation_space: spaces.Dict = spaces.Dict(  # type: ignore[override]
            {"action_mask": mask, "observations": seen}
        )

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Seen, dict[str, Any]]:
        """Begin an episode."""
        observation, info = self.env.reset(seed=seed, options=options)
        return self._seen(observation, info), info

    def step(self, action: np.int64) -> tuple[Seen, Any, bool, bool, dict[str, Any]]:
        """Append one token."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        return self._seen(observation, info), reward, terminated, truncated, info

    def _seen(self, observation: Any, info: dict[str, Any]) -> Seen:
        flat = flatten(self.env.observation_space, observation)
        mask = info["action_mask"]
        return {"action_mask": mask.astype(np.float32), "observations": flat.astype(np.float32)}  # type: ignore[union-attr]


def masked_env(config: dict[str, Any]) -> MaskedObservation:
    """For ``register_env`` of Ray: a token environment by ``config["id"]``, with its options."""
    options = dict(config)
    name = options.pop("id", "PersonaChatTokens-v0")
    return MaskedObservation(gym.make(f"persona_env:{name}", action_mask=True, **options))
