"""One step is one token of each of many replies."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy as shallow
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode

from persona_env.env import Observation, PersonaEnv
from persona_env.errors import ActionError
from persona_env.rewards import Verdict
from persona_env.vector.infos import Info
from persona_env.vector.rows import Flags, Rewards, Step, VectorRows, text_rows
from persona_env.wrappers.token_actions import (
    CONTEXT_LENGTH,
    MAX_NEW_TOKENS,
    TokenActions,
    refused,
)
from persona_env.wrappers.token_ids import EndToken

Tokens = npt.NDArray[np.int64]
ONE = np.array(1)  # an array: numpy converts an int anew each time


class TokenVectorEnv(VectorRows):
    """:class:`~persona_env.wrappers.TokenActions` over N episodes at once.

    The tokens of all rows are written together. Only rows whose turn ends are looked at one by
    one, and of their replies equal ones are judged once.

    Observation
        A dict: ``tokens``, ``int64 of shape (N, L)``, and ``attention_mask``,
        ``int8 of shape (N, L)``.
    Action
        N token ids, ``int64 of shape (N,)``.

    Parameters
    ----------
    env:
        The text environment that each row is a light copy of.
    tokenizer, max_new_tokens, context_length, vocab_size, end_token, action_mask:
        See :class:`~persona_env.wrappers.TokenActions`.
    copy, autoreset_mode, workers:
        See :class:`VectorRows`, also for errors.
    """

    def __init__(
        self,
        env: PersonaEnv,
        num_envs: int = 1,
        *,
        tokenizer: Any = None,
        max_new_tokens: int = MAX_NEW_TOKENS,
        context_length: int = CONTEXT_LENGTH,
        vocab_size: int | None = None,
        end_token: EndToken | None = None,
        action_mask: bool = False,
        copy: bool = True,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        workers: int = 0,
    ) -> None:
        texts = text_rows(env, num_envs)
        first = TokenActions(
            env, tokenizer, max_new_tokens, context_length, vocab_size, end_token=end_token,
            action_mask=action_mask,
        )  # fmt: skip
        rows = [shallow(first) for _ in texts]
        for row, text in zip(rows, texts, strict=True):
            row.env = text
        super().__init__(texts, rows, copy, autoreset_mode, workers)
        self.codec, self._prompt = first.codec, first.prompt
        self.max_new_tokens, self.context_length = first.max_new_tokens, first.context_length
        shape = (self.num_envs, self.context_length)
        self._tokens = np.full(shape, self.codec.pad_id, dtype=np.int64)
        self._attention = np.zeros(shape, dtype=np.int8)
        # Places in the arrays seen as one row: where replies begin, go on, and are cut.
        self._start = [0] * self.num_envs
        self._place = np.zeros(self.num_envs, dtype=np.int64)
        self._limit = np.zeros(self.num_envs, dtype=np.int64)
        self._cut: set[int] = set()
        self._prompt_cut = [False] * num_envs
        self._longest, self._size = first.longest_text, len(first.action_masks())
        self._mask = first.action_masks().astype(np.int8) if first.action_mask else None
        self._ends = [np.array(one) for one in self.codec.end_ids]  # as ONE
        self._flatten()

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[dict[str, Any], Info]:
        """See :meth:`VectorRows.reset`."""
        observations, infos = super().reset(seed=seed, options=options)
        self._tell_mask(infos, infos["_messages"])
        return observations, infos

    def step(self, actions: Any) -> tuple[dict[str, Any], Rewards, Flags, Flags, Info]:
        """See :meth:`VectorRows.step`."""
        observations, rewards, terminated, truncated, infos = super().step(actions)
        self._tell_mask(infos, np.ones(self.num_envs, dtype=np.bool_))
        if "final_info" in infos:
            self._tell_mask(infos["final_info"], infos["_final_info"])
        return observations, rewards, terminated, truncated, infos

    def _tell_mask(self, infos: Info, rows: Flags) -> None:
        """By option, which ids each of these rows may choose."""
        if self._mask is not None:
            infos["action_mask"] = np.where(rows[:, None], self._mask, np.int8(0))
            infos["_action_mask"] = rows.copy()

    def observe(self) -> dict[str, Any]:
        """The observations of all rows."""
        if self.copy:
            return {"attention_mask": self._attention.copy(), "tokens": self._tokens.copy()}
        return {"attention_mask": self._attention, "tokens": self._tokens}

    def _checked_actions(self, actions: Any) -> Tokens:
        ids = np.asarray(actions)
        if ids.shape != self._place.shape:
            raise ActionError(f"actions have the shape {ids.shape}, not {self._place.shape}")
        if ids.dtype != np.int64:
            if ids.dtype.kind not in "iu":
                raise ActionError(f"actions are token ids, integers, not {ids.dtype}")
            ids = ids.astype(np.int64)
        if ids.view(np.uint64).max() >= self._size:  # a negative id is a large one
            wrong = ((ids < 0) | (ids >= self._size)) & ~self._over
            if wrong.any():
                raise refused(ids[wrong][0].item(), self._size)
        return ids

    def _replies(self, actions: Tokens, reset: dict[int, Info]) -> dict[int, str]:
        place = self._place
        self._flat_tokens[place] = actions
        self._flat_attention[place] = 1
        place += ONE
        ends = actions == self._ends[0]
        for other in self._ends[1:]:
            ends |= actions == other
        stops = ends | (place == self._limit)
        stopped = [row for row in stops.nonzero()[0].tolist() if row not in reset]
        self._cut = {row for row in stopped if not ends[row]}
        for row in reset:
            self._unwrite(row)
        return {row: self._reply(row) for row in stopped}

    def _unwrite(self, row: int) -> int:
        """Take back what wrote no text, the end token or nothing as yet; where text goes on."""
        self._place[row] = place = self._place.item(row) - 1
        self._flat_tokens[place] = self.codec.pad_id
        self._flat_attention[place] = 0
        return place

    def _reply(self, row: int) -> str:
        end = self._place.item(row) if row in self._cut else self._unwrite(row)
        reply = self.codec.decode(self._flat_tokens[self._start[row] : end].tolist())
        if len(reply) > self._longest:
            self._cut.add(row)
        return reply[: self._longest]

    def _begin(self, row: int, observation: Observation, info: Info) -> None:
        self._tokens[row], self._attention[row], end, cut = self._prompt(info["messages"])
        self._prompt_cut[row] = cut
        if cut:
            info["prompt_cut"] = True
        self._start[row] = self._place[row] = start = row * self.context_length + end
        self._limit[row] = start + self.max_new_tokens

    def _settle(self, row: int, reply: str, verdict: Verdict) -> Step:
        text = self._texts[row]
        reward, terminated = text.conclude(reply, verdict)
        info, cut = text.turn_info(), row in self._cut
        info["cut"] = cut
        if not (terminated or cut):
            return text.observe_turn(), reward, False, False, info
        if self._prompt_cut[row]:
            info["prompt_cut"] = True
        tokens, attention = self._tokens[row].copy(), self._attention[row].copy()
        observation = {"tokens": tokens, "attention_mask": attention}
        return observation, reward, terminated and not cut, cut, info

    def _flatten(self) -> None:
        """The arrays seen as one row: a place in them is one number."""
        self._flat_tokens, self._flat_attention = self._tokens.ravel(), self._attention.ravel()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._flatten()
