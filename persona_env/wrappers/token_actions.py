"""One step is one token: what turns a text environment into one for ordinary RL."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from persona_env.codec import as_codec

TokenObservation = dict[str, npt.NDArray[Any]]


class TokenActions(gym.Wrapper[Any, Any, Any, Any], gym.utils.RecordConstructorArgs):
    """Token actions over a text environment.

    The prompt is encoded once a turn and the reply decoded once, when it ends: a step appends one
    id. The end-of-text token ends a turn and the decoded reply is scored; after ``max_new_tokens``
    the reply is scored as it stands and the episode is *truncated* (``info["cut"]`` is true).

    Observation
        A flat Dict: ``tokens``, ``int64 of shape (L,)``, prompt and reply so far, padded at the
        right; ``attention_mask``, ``int8 of shape (L,)``.
    Action
        ``Discrete(V)``, V the ids of the tokenizer, or of the model's logits if that is more.
    Reward
        0 until a turn ends, then that of the text environment.

    Parameters
    ----------
    tokenizer:
        ``None`` for the bundled one, a ``tokenizers.Tokenizer`` or a Hugging Face tokenizer.
    max_new_tokens, context_length:
        The longest reply, and the length L of an observation. A longer prompt loses its beginning.
    vocab_size:
        The size of the model's logits, if it is larger than the tokenizer.
    """

    def __init__(
        self,
        env: gym.Env[dict[str, Any], str],
        tokenizer: Any = None,
        max_new_tokens: int = 64,
        context_length: int = 192,
        vocab_size: int | None = None,
    ) -> None:
        gym.utils.RecordConstructorArgs.__init__(
            self,
            tokenizer=tokenizer,
            max_new_tokens=max_new_tokens,
            context_length=context_length,
            vocab_size=vocab_size,
        )
        super().__init__(env)
        if not 0 < max_new_tokens < context_length:
            raise ValueError(
                f"max_new_tokens={max_new_tokens} must be above 0 and below "
                f"context_length={context_length}, or no room is left for the prompt"
            )
        self.codec = as_codec(tokenizer, vocab_size)
        self.max_new_tokens = max_new_tokens
        self.context_length = context_length
        size = max(vocab_size or 0, self.codec.size)
        self.action_space = spaces.Discrete(size)
        self.observation_space = spaces.Dict(
            {
                "tokens": spaces.Box(0, size - 1, (context_length,), np.int64),
                "attention_mask": spaces.Box(0, 1, (context_length,), np.int8),
            }
        )
        self._mask = np.ones(size, dtype=np.bool_)
        self._mask[self.codec.size :] = False
        self._mask[[i for i in self.codec.special if i != self.codec.end_id]] = False
        self._tokens = np.full(context_length, self.codec.pad_id, dtype=np.int64)
        self._attention = np.zeros(context_length, dtype=np.int8)
        self._start = self._end = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[TokenObservation, dict[str, Any]]:
        """Begin an episode; the observation is its prompt."""
        observation, info = self.env.reset(seed=seed, options=options)
        return self._begin(observation), info

    def step(self, action: np.int64) -> tuple[TokenObservation, float, bool, bool, dict[str, Any]]:
        """Append one token; score the reply when it ends."""
        ends = action == self.codec.end_id
        if not ends:
            self._tokens[self._end] = action
            self._attention[self._end] = 1
            self._end += 1
            if self._end - self._start < self.max_new_tokens:
                return self._observation(), 0.0, False, False, {}
        reply = self.codec.decode(self._tokens[self._start : self._end].tolist())
        observation, reward, terminated, truncated, info = self.env.step(reply)
        info["cut"] = not ends
        if not ends:
            return self._observation(), float(reward), False, True, info
        over = terminated or truncated
        after = self._observation() if over else self._begin(observation)
        return after, float(reward), terminated, truncated, info

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """Which ids are text or the end of it, ``bool of shape (V,)`` (for MaskablePPO)."""
        return self._mask.copy()

    def _begin(self, observation: dict[str, Any]) -> TokenObservation:
        room = self.context_length - self.max_new_tokens
        prompt = self.codec.prompt(observation)[-room:]
        self._tokens.fill(self.codec.pad_id)
        self._attention.fill(0)
        self._start = self._end = len(prompt)
        self._tokens[: self._end] = prompt
        self._attention[: self._end] = 1
        return self._observation()

    def _observation(self) -> TokenObservation:
        return {"tokens": self._tokens.copy(), "attention_mask": self._attention.copy()}
