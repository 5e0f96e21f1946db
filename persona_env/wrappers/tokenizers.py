"""Text to tokens and back, for the bundled tokenizer and for any Hugging Face one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from tokenizers import Tokenizer

from persona_env.errors import TokenizerError, shown
from persona_env.messages import Conversation
from persona_env.registration import load
from persona_env.wrappers.bundled_tokenizer import BundledCodec
from persona_env.wrappers.hugging_face_tokenizer import TransformersCodec
from persona_env.wrappers.token_ids import EndToken


class Codec(Protocol):
    """What a token environment needs of a tokenizer.

    ``size`` counts ids. ``special`` lists those that are not text. Each of ``end_ids`` ends a
    reply; ``end_id`` is the first of them.
    """

    size: int
    end_id: int
    end_ids: tuple[int, ...]
    pad_id: int
    special: tuple[int, ...]

    def prompt(self, messages: Conversation) -> list[int]:
        """The ids of what the policy reads before its reply to these messages."""

    def encode(self, text: str) -> list[int]:
        """The ids of a reply's text, without its end."""

    def decode(self, ids: Sequence[int]) -> str:
        """The text of a reply's ids, without special tokens."""


@runtime_checkable
class HuggingFaceTokenizer(Protocol):
    """What tells a tokenizer of transformers from other objects, without importing it."""

    chat_template: Any
    eos_token_id: int | None
    added_tokens_decoder: Mapping[int, Any]
    apply_chat_template: Callable[..., Any]
    get_vocab: Callable[[], dict[str, int]]


@cache
def bundled_codec() -> BundledCodec:
    """The codec of the bundled policies."""
    path = resources.files("persona_env.agents").joinpath("persona_tiny", "tokenizer.json")
    return BundledCodec(Tokenizer.from_str(path.read_text(encoding="utf-8")))


def codec_and_size(
    tokenizer: Any, size: int | None = None, end_token: EndToken | None = None
) -> tuple[Codec, int]:
    """The codec of a tokenizer, which may be given by name, and the number of token actions.

    That is ``size``, the number of a model's logits, or by a policy's name its own, and at least
    the number of ids.

    Raises
    ------
    TokenizerError
        See :func:`as_codec`; also for a name of nothing.
    """
    if not isinstance(tokenizer, str | Path):
        codec = as_codec(tokenizer, size, end_token)
        return codec, max(size or 0, codec.size)
    codec, logits = load("persona_env.agents.named_tokenizer:load_codec")(tokenizer, end_token)
    return codec, max(size or logits, codec.size)


def as_codec(tokenizer: Any, size: int | None = None, end_token: EndToken | None = None) -> Codec:
    """A codec: for ``None`` the bundled one; else one for that tokenizer.

    ``size`` is the number of a model's logits. A codec is taken as it is.

    Raises
    ------
    TokenizerError
        For what is neither, and for an ``end_token`` beside a codec, which has its own.
    """
    if isinstance(tokenizer, BundledCodec | TransformersCodec):
        if end_token is None:
            return tokenizer
        raise TokenizerError("a codec has its end: give end_token= where the codec is made")
    if tokenizer is None:
        own = bundled_codec()
        return own if end_token is None else BundledCodec(own.tokenizer, end_token)
    if isinstance(tokenizer, Tokenizer):
        return BundledCodec(tokenizer, end_token)
    if isinstance(tokenizer, HuggingFaceTokenizer):
        return TransformersCodec(tokenizer, size, end_token)
    raise TokenizerError(
        f"tokenizer={shown(tokenizer)} must be a tokenizer (transformers, tokenizers), the name of "
        "a policy ('persona-tiny', a folder, a Hugging Face id) or None"
    )
