"""PersonaChat-v0: thirteen kinds of request, each answered for the user who asks."""

from __future__ import annotations

from typing import Any

from gymnasium.vector import AutoresetMode

from persona_env.env import PersonaEnv
from persona_env.profile import UserProfile
from persona_env.scenario import Scenario
from persona_env.vector import PersonaVectorEnv, TokenVectorEnv
from persona_env.wrappers import TokenActions

from .realise import oracle


class PersonaChatEnv(PersonaEnv):
    """All bundled scenarios and users; every option is that of :class:`PersonaEnv`."""

    def oracle(self, scenario: Scenario, user: UserProfile) -> str:
        """See :mod:`persona_env.envs.realise`."""
        return oracle(scenario, user)


def make_tokens(
    tokenizer: Any = None,
    max_new_tokens: int = 64,
    context_length: int = 192,
    vocab_size: int | None = None,
    **options: Any,
) -> TokenActions:
    """``PersonaChatTokens-v0``: the same, one token a step; see :class:`TokenActions`."""
    env = PersonaChatEnv(**options)
    return TokenActions(env, tokenizer, max_new_tokens, context_length, vocab_size)


def make_vector(
    num_envs: int = 1,
    *,
    copy: bool = True,
    autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    workers: int = 0,
    **options: Any,
) -> PersonaVectorEnv:
    """The vector environment of ``PersonaChat-v0``; ``options`` are those of the single one."""
    env = PersonaChatEnv(**options)
    return PersonaVectorEnv(
        env, num_envs, copy=copy, autoreset_mode=autoreset_mode, workers=workers
    )


def make_token_vector(
    num_envs: int = 1,
    *,
    tokenizer: Any = None,
    max_new_tokens: int = 64,
    context_length: int = 192,
    vocab_size: int | None = None,
    copy: bool = True,
    autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    workers: int = 0,
    **options: Any,
) -> TokenVectorEnv:
    """The vector environment of ``PersonaChatTokens-v0``."""
    return TokenVectorEnv(
        PersonaChatEnv(**options),
        num_envs,
        tokenizer=tokenizer,
        max_new_tokens=max_new_tokens,
        context_length=context_length,
        vocab_size=vocab_size,
        copy=copy,
        autoreset_mode=autoreset_mode,
        workers=workers,
    )
