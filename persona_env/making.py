"""The token and vector environments over a text environment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from gymnasium.vector import AutoresetMode

from persona_env.env import PersonaEnv
from persona_env.vector import PersonaVectorEnv, TokenVectorEnv
from persona_env.wrappers import TokenActions
from persona_env.wrappers.token_actions import CONTEXT_LENGTH, MAX_NEW_TOKENS


class Makers(NamedTuple):
    """The entry points that a module holds beside its environment."""

    make_tokens: Callable[..., TokenActions]
    make_vector: Callable[..., PersonaVectorEnv]
    make_token_vector: Callable[..., TokenVectorEnv]


def makers(env: type[PersonaEnv]) -> Makers:
    """The three other ways to make ``env``, for its module to hold under the names of the fields.

    ``make_tokens, make_vector, make_token_vector = makers(MyEnv)`` is what
    :mod:`persona_env.registration` expects. ``options`` are those of the text environment; the
    others those of :class:`TokenActions`, :class:`PersonaVectorEnv` and :class:`TokenVectorEnv`.
    """

    def make_tokens(
        tokenizer: Any = None,
        max_new_tokens: int = MAX_NEW_TOKENS,
        context_length: int = CONTEXT_LENGTH,
        vocab_size: int | None = None,
        **options: Any,
    ) -> TokenActions:
        return TokenActions(env(**options), tokenizer, max_new_tokens, context_length, vocab_size)

    def make_vector(
        num_envs: int = 1,
        *,
        copy: bool = True,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        workers: int = 0,
        **options: Any,
    ) -> PersonaVectorEnv:
        return PersonaVectorEnv(
            env(**options), num_envs, copy=copy, autoreset_mode=autoreset_mode, workers=workers
        )

    def make_token_vector(
        num_envs: int = 1,
        *,
        tokenizer: Any = None,
        max_new_tokens: int = MAX_NEW_TOKENS,
        context_length: int = CONTEXT_LENGTH,
        vocab_size: int | None = None,
        copy: bool = True,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        workers: int = 0,
        **options: Any,
    ) -> TokenVectorEnv:
        return TokenVectorEnv(
            env(**options), num_envs, tokenizer=tokenizer, max_new_tokens=max_new_tokens,
            context_length=context_length, vocab_size=vocab_size, copy=copy,
            autoreset_mode=autoreset_mode, workers=workers,
        )  # fmt: skip

    return Makers(make_tokens, make_vector, make_token_vector)
