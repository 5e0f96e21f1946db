"""How Gymnasium makes an environment: as text, token by token, and as native vectors of both.

``env_class`` is a registry string ``"module:Class"`` of a :class:`PersonaEnv`, and ``options`` are
those of that class. :func:`persona_env.registration.register_env` names these functions.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gymnasium.vector import AutoresetMode

from persona_env.arguments import keywords, unknown_option
from persona_env.env import PersonaEnv
from persona_env.errors import UnknownOptionError
from persona_env.registration import MARKS, load, register_of
from persona_env.vector import PersonaVectorEnv, TokenVectorEnv
from persona_env.wrappers import TokenActions
from persona_env.wrappers.bundled_tokenizer import BundledCodec
from persona_env.wrappers.token_ids import EndToken


def make_text(env_class: str, **options: Any) -> PersonaEnv:
    """The text environment itself."""
    made: PersonaEnv = load(env_class)(**options)
    return made


# By it, gymnasium makes the render modes "human" and "rgb_array_list" of those that there are.
make_text.metadata = PersonaEnv.metadata  # type: ignore[attr-defined]


def make_tokens(
    env_class: str,
    tokenizer: Any = None,
    max_new_tokens: int | None = None,
    context_length: int | None = None,
    vocab_size: int | None = None,
    *,
    end_token: EndToken | None = None,
    action_mask: bool = False,
    **options: Any,
) -> TokenActions:
    """One token a step; the named arguments are those of :class:`TokenActions`.

    ``max_new_tokens`` and ``context_length`` are by default those of the environment; the register
    is the tiny one with the bundled tokenizer, unless a reader is given.
    """
    text = _text(env_class, _in_register(options, tokenizer), make_tokens)
    new, context = _token_lengths(text, max_new_tokens, context_length)
    return TokenActions(
        text, tokenizer, new, context, vocab_size, end_token=end_token, action_mask=action_mask
    )


def make_vector(
    env_class: str,
    num_envs: int = 1,
    *,
    copy: bool = True,
    autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    workers: int = 0,
    **options: Any,
) -> PersonaVectorEnv:
    """Many text environments; the named arguments are those of :class:`PersonaVectorEnv`."""
    text = _text(env_class, options, make_vector)
    return PersonaVectorEnv(
        text, num_envs, copy=copy, autoreset_mode=autoreset_mode, workers=workers
    )


def make_token_vector(
    env_class: str,
    num_envs: int = 1,
    *,
    tokenizer: Any = None,
    max_new_tokens: int | None = None,
    context_length: int | None = None,
    vocab_size: int | None = None,
    end_token: EndToken | None = None,
    action_mask: bool = False,
    copy: bool = True,
    autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    workers: int = 0,
    **options: Any,
) -> TokenVectorEnv:
    """Many token environments; the named arguments are those of :class:`TokenVectorEnv`.

    ``max_new_tokens``, ``context_length`` and the register are by default those of
    :func:`make_tokens`.
    """
    text = _text(env_class, _in_register(options, tokenizer), make_token_vector)
    new, context = _token_lengths(text, max_new_tokens, context_length)
    return TokenVectorEnv(
        text, num_envs, tokenizer=tokenizer, max_new_tokens=new, context_length=context,
        vocab_size=vocab_size, end_token=end_token, action_mask=action_mask, copy=copy,
        autoreset_mode=autoreset_mode, workers=workers,
    )  # fmt: skip


def _in_register(options: dict[str, Any], tokenizer: Any) -> dict[str, Any]:
    """The tiny register with the bundled tokenizer, unless there is a reader to read replies."""
    is_tiny = _is_bundled(tokenizer) and options.get("reader") is None
    return {"register": "tiny", **options} if is_tiny else options


def _is_bundled(tokenizer: Any) -> bool:
    """Whether a tokenizer is the bundled one, or one of its kind, in whatever form."""
    if isinstance(tokenizer, str | Path):
        return register_of(tokenizer) == "tiny"
    if tokenizer is None or isinstance(tokenizer, BundledCodec):
        return True
    vocabulary: dict[str, int] = getattr(tokenizer, "get_vocab", dict)()
    return all(mark in vocabulary for mark in MARKS)


def _token_lengths(text: PersonaEnv, new: int | None, context: int | None) -> tuple[int, int]:
    """What was given, and for None the environment's own."""
    return (
        text.max_new_tokens if new is None else new,
        text.context_length if context is None else context,
    )


def _text(env_class: str, options: dict[str, Any], maker: Callable[..., Any]) -> PersonaEnv:
    """The text environment; an option that it does not have may be a misspelt one of ``maker``."""
    try:
        return make_text(env_class, **options)
    except UnknownOptionError as error:
        allowed = (*error.allowed, *(name for name in keywords(maker) if name != "env_class"))
        raise unknown_option(error.owner, error.name, allowed) from None
