"""Token environments as a stable-baselines3 ``VecEnv``, without a loop over environments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode
from stable_baselines3.common.env_util import is_wrapped
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvObs, VecEnvStepReturn

from persona_env.vector import TokenVectorEnv

Indices = int | Iterable[int] | None


class TokenVecEnv(VecEnv):
    """What ``DummyVecEnv`` over single token environments does, in one vector environment.

    Observations are fresh arrays in each step, ``infos`` fresh dicts, rewards ``float32 of shape
    (N,)``.

    Parameters
    ----------
    env:
        In the mode ``"SameStep"``, with ``copy=True``.
    together:
        Groups of this many rows get the same seed, so that the k-th episode of each has the same
        prompt (with one turn). Several replies to one prompt tell style from luck, and their
        prompt is encoded once.
    cut_fails:
        A reply that is cut at the limit gets reward 0 and ends the episode. The environment calls
        it truncated, and PPO would then bootstrap its value, as if a cut reply went on; a policy
        learns from that to write without end.

    Raises
    ------
    ValueError
        If the rows do not make groups, or ``env`` is in another mode or does not copy.
    """

    def __init__(self, env: TokenVectorEnv, together: int = 1, cut_fails: bool = True) -> None:
        if together < 1 or env.num_envs % together:
            raise ValueError(f"{env.num_envs} environments do not make groups of {together}")
        if env.autoreset_mode != AutoresetMode.SAME_STEP or not env.copy:
            raise ValueError("TokenVecEnv needs autoreset_mode='SameStep' and copy=True")
        self.env, self.together, self.cut_fails = env, together, cut_fails
        super().__init__(env.num_envs, env.single_observation_space, env.single_action_space)
        self.actions = np.zeros(env.num_envs, dtype=np.int64)
        if together > 1:
            self.seed()

    def reset(self) -> VecEnvObs:
        """Begin an episode in each row, with the seeds and options that were set, once."""
        infos = self.env.reset_rows(range(self.num_envs), self._seeds, self._options)
        self.reset_infos = list(infos.values())
        self._reset_seeds()
        self._reset_options()
        return self.env.observe()

    def step_async(self, actions: npt.NDArray[Any]) -> None:
        """Note the actions, ``int64 of shape (N,)``."""
        self.actions = actions

    def step_wait(self) -> VecEnvStepReturn:
        """Step; a row that ends has ``terminal_observation`` in its info, and begins again."""
        rewards, terminated, truncated, found = self.env.advance(self.actions)
        infos: list[dict[str, Any]] = [{"TimeLimit.truncated": False} for _ in self.reset_infos]
        for row, info in found.items():
            if "final_info" not in info:  # a turn ended, and the episode goes on
                infos[row] |= info
                continue
            infos[row] = final = info.pop("final_info")
            final["terminal_observation"] = info.pop("final_obs")
            self.reset_infos[row] = info
            if self.cut_fails and final["cut"]:
                rewards[row] -= self._share(row)
                terminated[row] = True
            final["TimeLimit.truncated"] = bool(truncated[row] and not terminated[row])
        return self.env.observe(), rewards.astype(np.float32), terminated | truncated, infos

    def _share(self, row: int) -> float:
        """What the last reply adds to the return: without it the topic has paid nothing.

        In a conversation 0 would leave what the reply before was paid, and to be cut would end a
        conversation that goes badly.
        """
        topics: int = self.env.envs[row].get_wrapper_attr("topics_due")
        return self.env.verdicts[row].reward / topics

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """The seeds of the next reset: ``seed`` for the first group, one more for each after it."""
        first = int(np.random.default_rng().integers(2**31)) if seed is None else seed
        self._seeds = [first + i // self.together for i in range(self.num_envs)]
        return self._seeds

    def close(self) -> None:
        """Close the rows."""
        self.env.close()

    def get_attr(self, attr_name: str, indices: Indices = None) -> list[Any]:
        """The attribute of each row, such as ``codec`` or the ``user`` who asks."""
        return [row.get_wrapper_attr(attr_name) for row in self._rows(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Indices = None) -> None:
        """Set an attribute where a row has it, else on the row's token actions."""
        for row in self._rows(indices):
            row.set_wrapper_attr(attr_name, value)

    def env_method(
        self, method_name: str, *method_args: Any, indices: Indices = None, **method_kwargs: Any
    ) -> list[Any]:
        """Call a method of each row, such as ``action_masks``."""
        rows = self._rows(indices)
        return [row.get_wrapper_attr(method_name)(*method_args, **method_kwargs) for row in rows]

    def env_is_wrapped(
        self, wrapper_class: type[gym.Wrapper[Any, Any, Any, Any]], indices: Indices = None
    ) -> list[bool]:
        """Whether each row has this wrapper; each has :class:`TokenActions` and no other."""
        return [is_wrapped(row, wrapper_class) for row in self._rows(indices)]

    def get_images(self) -> Sequence[npt.NDArray[np.uint8] | None]:
        """The picture of each row."""
        return self.env.render()

    def _rows(self, indices: Indices) -> list[gym.Env[Any, Any]]:
        return [self.env.envs[i] for i in self._get_indices(indices)]
