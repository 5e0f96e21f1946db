"""Whole replies, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import create_empty_array

from persona_env.env import Observation, PersonaEnv, refused_reply
from persona_env.errors import ActionError, shown
from persona_env.rewards import Verdict
from persona_env.vector.infos import Info
from persona_env.vector.rows import Step, VectorRows, text_rows


class PersonaVectorEnv(VectorRows):
    """N text episodes at once; of their replies equal ones are judged once.

    Observation
        A dict: tuples of N texts, and ``user_vector``, ``float32 of shape (N, P)``.
    Action
        N texts, in a tuple or list.

    Parameters
    ----------
    env:
        What each row is a light copy of; see :class:`VectorRows` for the others and for errors.
    """

    def __init__(
        self,
        env: PersonaEnv,
        num_envs: int = 1,
        *,
        copy: bool = True,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        workers: int = 0,
    ) -> None:
        texts = text_rows(env, num_envs)
        super().__init__(texts, texts, copy, autoreset_mode, workers)
        self._seen: list[Observation] = [{}] * self.num_envs
        self._arrays: Any = create_empty_array(self.single_observation_space, self.num_envs)

    def observe(self) -> dict[str, Any]:
        """The observations of all rows: tuples of texts, and arrays."""
        batched: dict[str, Any] = {}
        for key, kept in self._arrays.items():
            values = [seen[key] for seen in self._seen]
            if isinstance(kept, np.ndarray):
                batched[key] = array = np.empty_like(kept) if self.copy else kept
                array[:] = values  # three times faster than np.stack
            else:
                batched[key] = tuple(values)
        return batched

    def _checked_actions(self, actions: Any) -> list[str]:
        if not isinstance(actions, Sequence | np.ndarray) or isinstance(actions, str):
            raise ActionError(
                f"actions are a tuple or list of {self.num_envs} texts, not {shown(actions)}"
            )
        if len(actions) != self.num_envs:
            raise ActionError(f"{len(actions)} replies were given for {self.num_envs} rows")
        space = self._texts[0].action_space
        for reply, over in zip(actions, self._over.tolist(), strict=True):
            if not over and not space.contains(reply):
                raise refused_reply(reply, space)
        return list(actions)

    def _replies(self, actions: list[str], reset: dict[int, Info]) -> dict[int, str]:
        return {row: reply for row, reply in enumerate(actions) if row not in reset}

    def _begin(self, row: int, observation: Observation, info: Info) -> None:
        self._seen[row] = observation

    def _settle(self, row: int, reply: str, verdict: Verdict) -> Step:
        text = self._texts[row]
        reward, terminated = text.conclude(reply, verdict)
        self._seen[row] = seen = text.observe_turn()
        return seen, reward, terminated, False, text.turn_info()
