"""One step is one token: what turns a text environment into one for ordinary RL."""

from __future__ import annotations

from typing import Any, NamedTuple, SupportsFloat

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from persona_env.wrappers.tokenizers import as_codec

TokenObservation = dict[str, npt.NDArray[Any]]
TextStep = tuple[dict[str, Any], SupportsFloat, bool, bool, dict[str, Any]]
TokenStep = tuple[TokenObservation, float, bool, bool, dict[str, Any]]
MAX_NEW_TOKENS, CONTEXT_LENGTH = 128, 352  # by the bundled tokenizer every prompt and oracle fits
REMEMBERED = 8192  # first prompts that are kept; the bundled splits have fewer


class Prompt(NamedTuple):
    """What is seen before the first token of a reply, and at which place that goes."""

    tokens: npt.NDArray[np.int64]
    attention: npt.NDArray[np.int8]
    end: int


class TokenActions(gym.Wrapper[Any, Any, Any, Any], gym.utils.RecordConstructorArgs):
    """Token actions over a text environment.

    The prompt is encoded once a turn (a first prompt met before is remembered) and the reply is
    decoded once, when it ends: a step appends one id. The end-of-text token ends a turn and the
    decoded reply is scored; after ``max_new_tokens`` the reply is scored as it stands and the
    episode is *truncated* (``info["cut"]`` is true).

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
        The longest reply, and the length L of an observation. A longer prompt loses its beginning;
        those of all bundled environments fit by default.
    vocab_size:
        The size of the model's logits, if it is larger than the tokenizer.
    """

    def __init__(
        self,
        env: gym.Env[dict[str, Any], str],
        tokenizer: Any = None,
        max_new_tokens: int = MAX_NEW_TOKENS,
        context_length: int = CONTEXT_LENGTH,
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
        self._prompts: dict[tuple[str, str], Prompt] = {}
        self._end_id = self.codec.end_id
        self._start = self._end = 0
        self._limit = max_new_tokens

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[TokenObservation, dict[str, Any]]:
        """Begin an episode; the observation is its prompt."""
        observation, info = self.env.reset(seed=seed, options=options)
        return self._begin(observation), info

    def step(self, action: np.int64) -> TokenStep:
        """Append one token; score the reply when it ends."""
        if action == self._end_id:
            return self.settle(self.env.step(self._reply()), cut=False)
        end = self._end
        self._tokens[end] = action
        self._attention[end] = 1
        self._end = end = end + 1
        if end < self._limit:
            tokens, attention = self._tokens.copy(), self._attention.copy()
            return {"tokens": tokens, "attention_mask": attention}, 0.0, False, False, {}
        return self.settle(self.env.step(self._reply()), cut=True)

    def settle(self, outcome: TextStep, cut: bool) -> TokenStep:
        """The step that ends a turn, from that of the text environment (``info`` is written to)."""
        observation, reward, terminated, truncated, info = outcome
        info["cut"] = cut
        if cut:
            return self._observation(), float(reward), False, True, info
        over = terminated or truncated
        after = self._observation() if over else self._begin(observation)
        return after, float(reward), terminated, truncated, info

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """Which ids are text or the end of it, ``bool of shape (V,)`` (for MaskablePPO)."""
        return self._mask.copy()

    def prompt(self, observation: dict[str, Any]) -> Prompt:
        """The prompt, as much of it as fits: that of a first turn is likely to be met again."""
        if observation["transcript"]:
            return self._encode(observation)
        key = (observation["user"], observation["prompt"])
        known = self._prompts.get(key)
        if known is None:
            known = self._encode(observation)
            if len(self._prompts) < REMEMBERED:
                self._prompts[key] = known
        return known

    def _encode(self, observation: dict[str, Any]) -> Prompt:
        room = self.context_length - self.max_new_tokens
        ids = self.codec.prompt(observation)[-room:]
        tokens = np.full(self.context_length, self.codec.pad_id, dtype=np.int64)
        tokens[: len(ids)] = ids
        attention = np.zeros(self.context_length, dtype=np.int8)
        attention[: len(ids)] = 1
        return Prompt(tokens, attention, len(ids))

    def _begin(self, observation: dict[str, Any]) -> TokenObservation:
        self._tokens[:], self._attention[:], end = self.prompt(observation)
        self._start = self._end = end
        self._limit = end + self.max_new_tokens
        return self._observation()

    def _reply(self) -> str:
        return self.codec.decode(self._tokens[self._start : self._end].tolist())

    def _observation(self) -> TokenObservation:
        return {"tokens": self._tokens.copy(), "attention_mask": self._attention.copy()}
