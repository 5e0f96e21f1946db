"""One step is one token: what turns a text environment into one for ordinary RL."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from operator import index
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from persona_env.arguments import flag, whole_number
from persona_env.errors import ActionError, ArgumentError, NoEpisodeError, WrongEnvironmentError
from persona_env.memo import Memo
from persona_env.messages import Message, chat_messages, described
from persona_env.spaces import UnicodeText
from persona_env.wrappers.fitting import check_room, fitted
from persona_env.wrappers.token_ids import EndToken
from persona_env.wrappers.tokenizers import codec_and_size

TokenObservation = dict[str, npt.NDArray[Any]]
TokenStep = tuple[TokenObservation, float, bool, bool, dict[str, Any]]
MAX_NEW_TOKENS, CONTEXT_LENGTH = 128, 352  # by the bundled tokenizer every prompt and oracle fits
TOO_LONG = (
    "a prompt of {tokens} tokens does not fit context_length={context_length} with "
    "max_new_tokens={max_new_tokens}: its oldest turns, or the middle of its longest texts, are "
    "left out. Each info says so by prompt_cut; this warning comes once. This prompt needs "
    "context_length={needed}"
)
SHOWN = ("prompt", "transcript", "user")  # as text, if at all
REMEMBERED = 8192  # first prompts that are kept; the bundled splits have fewer


class Prompt(NamedTuple):
    """What is seen before the first token of a reply, at which place that goes, and whether
    something was left out to make it fit."""

    tokens: npt.NDArray[np.int64]
    attention: npt.NDArray[np.int8]
    end: int
    cut: bool


class TokenActions(gym.Wrapper[Any, Any, Any, Any], gym.utils.RecordConstructorArgs):
    """Token actions over a text environment.

    The prompt is encoded once a turn (a first prompt met before is remembered) and the reply is
    decoded once, when it ends: a step appends one id. A token that ends replies ends a turn, and
    the decoded reply is scored. After ``max_new_tokens``, the reply is scored as it stands and the
    episode is *truncated* (``info["cut"]`` is true); so it is where the text is longer than the
    action space of the text environment allows, and what goes beyond that is left out.

    Observation
        A flat Dict: ``tokens``, ``int64 of shape (L,)``, prompt and reply so far, padded at the
        right; ``attention_mask``, ``int8 of shape (L,)``.
    Action
        ``Discrete(V)``, V the ids of the tokenizer, or of the model's logits if that is more.
    Reward
        0 until a turn ends, then that of the text environment.
    Info
        Empty inside a reply (but for ``action_mask``, by option). Else that of the text
        environment, whose ``messages`` are what the prompt was made of; ``prompt_cut`` (true) only
        where something was left out of them to make it fit, of which a warning tells once; and at
        the end of a turn ``cut``.

    Parameters
    ----------
    tokenizer:
        ``None`` for the bundled one; the name of a policy that has it (``"persona-tiny"``, a
        folder, a Hugging Face id), which can stand in JSON; a ``tokenizers.Tokenizer`` or a Hugging
        Face tokenizer. It is never changed.
    max_new_tokens, context_length:
        The longest reply, and the length L of an observation; default: ``env.token_lengths``, which
        a :class:`~persona_env.PersonaEnv` has, else 128 and 352. A prompt that does not fit loses
        its oldest turns, and then the middle of its longest texts; with the bundled tokenizer those
        of all bundled environments fit by default.
    vocab_size:
        The size of the model's logits, if it is larger than the tokenizer; by default that of the
        policy whose name is given.
    end_token:
        What ends a reply, as text or id, or several; default: what the tokenizer says.
    action_mask:
        Each info has :meth:`action_masks` as ``action_mask``, ``int8 of shape (V,)``.

    Raises
    ------
    ArgumentError
        For lengths that are no whole numbers, or leave no room for a prompt.
    WrongEnvironmentError
        For an environment that is not one of text.
    TokenizerError
        For a tokenizer that does not do; see :mod:`persona_env.wrappers.tokenizers`.
    ActionError
        From ``step``, for an action outside the action space.
    NoEpisodeError
        From ``step``, before the first reset and after the end of an episode.
    """

    def __init__(
        self,
        env: gym.Env[dict[str, Any], str],
        tokenizer: Any = None,
        max_new_tokens: int | None = None,
        context_length: int | None = None,
        vocab_size: int | None = None,
        *,
        end_token: EndToken | None = None,
        action_mask: bool = False,
    ) -> None:
        _check_text(env)
        self.action_mask = flag("action_mask", action_mask)
        max_new_tokens, context_length = _sizes(env, max_new_tokens, context_length)
        if vocab_size is not None:
            vocab_size = whole_number("vocab_size", vocab_size, least=1)
        codec, size = codec_and_size(tokenizer, vocab_size, end_token)
        gym.utils.RecordConstructorArgs.__init__(
            self,
            tokenizer=tokenizer,
            max_new_tokens=max_new_tokens,
            context_length=context_length,
            vocab_size=vocab_size,
            end_token=end_token,
            action_mask=action_mask,
        )
        super().__init__(env)
        self.codec = codec
        self.max_new_tokens = max_new_tokens
        self.context_length = context_length
        self.action_space = spaces.Discrete(size)
        self.observation_space = token_observations(context_length, size)
        self._mask = np.ones(size, dtype=np.bool_)
        self._mask[self.codec.size :] = False
        self._mask[[*self.codec.special]] = False
        self._mask[[*self.codec.end_ids]] = True
        self._tokens = np.full(context_length, self.codec.pad_id, dtype=np.int64)
        self._attention = np.zeros(context_length, dtype=np.int8)
        self._prompts: Memo[tuple[str, ...], Prompt] = Memo()
        self._size, self._ends = size, frozenset(self.codec.end_ids)
        text = env.action_space
        self.longest_text = text.max_length if isinstance(text, UnicodeText) else sys.maxsize
        self._start = self._end = 0
        self._limit = max_new_tokens
        self._prompt_cut = self._warned = False
        self._over = True
        self._check_prompts()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[TokenObservation, dict[str, Any]]:
        """Begin an episode; the observation is its prompt."""
        observation, info = self.env.reset(seed=seed, options=options)
        self._over = False
        return self._begin(observation, info), self._told(info)

    def step(self, action: np.int64) -> TokenStep:
        """Append one token; score the reply when it ends."""
        if self._over:
            raise NoEpisodeError("no episode is running: call reset before step")
        try:
            token = index(action)
        except TypeError:
            raise refused(action, self._size) from None
        if not 0 <= token < self._size:
            raise refused(action, self._size)
        end = self._end
        if token in self._ends:
            return self._answer(end, cut=False)
        self._tokens[end] = token
        self._attention[end] = 1
        end += 1
        if end == self._limit:
            return self._answer(end, cut=True)
        self._end = end
        tokens, attention = self._tokens.copy(), self._attention.copy()
        seen: TokenObservation = {"tokens": tokens, "attention_mask": attention}
        return seen, 0.0, False, False, self._told({})

    def _answer(self, end: int, cut: bool) -> TokenStep:
        """The step that ends a turn, with the tokens before ``end``."""
        reply = self.codec.decode(self._tokens[self._start : end].tolist())
        if len(reply) > self.longest_text:
            reply, cut = reply[: self.longest_text], True
        observation, reward, terminated, truncated, info = self.env.step(reply)
        self._end = end
        info["cut"] = cut
        self._told(info)
        self._over = cut or terminated or truncated
        if not self._over:
            return self._begin(observation, info), float(reward), False, False, info
        info["messages"] = _seen(observation, info)
        if self._prompt_cut:
            info["prompt_cut"] = True
        return self._observation(), float(reward), terminated and not cut, truncated or cut, info

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """Which ids are text or the end of it, ``bool of shape (V,)`` (for MaskablePPO)."""
        return self._mask.copy()

    def _told(self, info: dict[str, Any]) -> dict[str, Any]:
        """The info with what each has by option."""
        if self.action_mask:
            info["action_mask"] = self._mask.astype(np.int8)
        return info

    def prompt(self, messages: Sequence[Message]) -> Prompt:
        """The prompt, as much of it as fits: that of a first turn is likely to be met again."""
        if len(messages) > 2:
            return self._encode(messages)
        key = tuple([message["content"] for message in messages])
        known = self._prompts.get(key)
        if known is None:
            known = self._encode(messages)
            if len(self._prompts) < REMEMBERED:
                self._prompts[key] = known
        return known

    def _encode(self, messages: Sequence[Message]) -> Prompt:
        ids, cut = fitted(self.codec, messages, self.context_length - self.max_new_tokens)
        if cut and not self._warned:
            self._warned = True
            warnings.warn(self._too_long(len(self.codec.prompt(messages))), stacklevel=2)
        tokens = np.full(self.context_length, self.codec.pad_id, dtype=np.int64)
        tokens[: len(ids)] = ids
        attention = np.zeros(self.context_length, dtype=np.int8)
        attention[: len(ids)] = 1
        return Prompt(tokens, attention, len(ids), cut)

    def _too_long(self, tokens: int) -> str:
        needed = tokens + self.max_new_tokens
        return TOO_LONG.format(tokens=tokens, needed=needed, **vars(self))

    def _begin(self, observation: dict[str, Any], info: dict[str, Any]) -> TokenObservation:
        """The prompt of a turn; ``info`` is written to."""
        info["messages"] = messages = _seen(observation, info)
        self._tokens[:], self._attention[:], end, self._prompt_cut = self.prompt(messages)
        if self._prompt_cut:
            info["prompt_cut"] = True
        self._start = self._end = end
        self._limit = end + self.max_new_tokens
        return self._observation()

    def _observation(self) -> TokenObservation:
        return {"tokens": self._tokens.copy(), "attention_mask": self._attention.copy()}

    def _check_prompts(self) -> None:
        """What cannot be prompted fails when the environment is made, not in an episode."""
        check_room(self.codec, self.context_length - self.max_new_tokens)
        if self.env.has_wrapper_attr("max_turns") and self.env.get_wrapper_attr("max_turns") > 1:
            self.codec.prompt(chat_messages("a", [("user", "a"), ("assistant", "a")], "a"))


def token_observations(context_length: int, size: int) -> spaces.Dict:
    """The space of observations of so many tokens, each one of ``size`` ids."""
    return spaces.Dict(
        {
            "tokens": spaces.Box(0, size - 1, (context_length,), np.int64),
            "attention_mask": spaces.Box(0, 1, (context_length,), np.int8),
        }
    )


def refused(action: Any, size: int) -> ActionError:
    """The error for what is no token id."""
    return ActionError(
        f"action {action!r} is outside the action space: a token id is an integer from 0 to "
        f"{size - 1}"
    )


def _seen(observation: dict[str, Any], info: dict[str, Any]) -> list[Message]:
    """What was said, as far as it is observed: a wrapper may have hidden the user."""
    prompt = observation["prompt"]
    _, told = described(info["messages"] if observation.get("transcript") else [])
    earlier = [(turn["role"], turn["content"]) for turn in (told[:-1] if prompt else told)]
    return chat_messages(observation.get("user", ""), earlier, prompt)


def _check_text(env: gym.Env[Any, Any]) -> None:
    seen = env.observation_space
    known = seen.spaces if isinstance(seen, spaces.Dict) else {}
    texts = [env.action_space, *(known[name] for name in SHOWN if name in known)]
    if "prompt" not in known or not all(isinstance(text, UnicodeText) for text in texts):
        raise WrongEnvironmentError(
            f"TokenActions needs an environment of text, not {env}, which shows {list(known)}: its "
            f"action and what it shows of {list(SHOWN)} are UnicodeText. Wrap in TokenActions first"
        )


def _sizes(
    env: gym.Env[Any, Any], max_new_tokens: int | None, context_length: int | None
) -> tuple[int, int]:
    own = (MAX_NEW_TOKENS, CONTEXT_LENGTH)
    if env.has_wrapper_attr("token_lengths"):
        own = env.get_wrapper_attr("token_lengths")
    given = [
        b if a is None else a for a, b in zip((max_new_tokens, context_length), own, strict=True)
    ]
    reply = whole_number("max_new_tokens", given[0])
    context = whole_number("context_length", given[1])
    if not 0 < reply < context:
        raise ArgumentError(
            f"max_new_tokens={reply} must be above 0 and below context_length={context}, or no "
            "room is left for the prompt"
        )
    return reply, context
