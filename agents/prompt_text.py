"""What a language model reads before its reply: text and tokens, without loading its weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from persona_env.errors import PersonaEnvError, TokenizerError
from persona_env.messages import Conversation
from persona_env.wrappers.token_ids import EndToken

from .language_model import codec_of, load_tokenizer


class PromptText(NamedTuple):
    """The prompt after the chat template, special tokens shown, and how many tokens it has."""

    text: str
    tokens: int


def prompt_text(
    name: str,
    conversation: Conversation,
    end_token: EndToken | None = None,
    template_arguments: Mapping[str, Any] | None = None,
) -> PromptText:
    """The prompt of policy ``name`` for an observation or a list of chat messages.

    Parameters
    ----------
    name:
        A bundled policy, a folder with a tokenizer or of a LoRA adapter, or a Hugging Face id.
    conversation:
        What the policy is to answer.
    end_token:
        What ends a reply, where the tokenizer does not say.
    template_arguments:
        What else the chat template is given, such as ``{"enable_thinking": False}``.

    Raises
    ------
    PersonaEnvError
        If there is no such policy, or its tokenizer cannot be used.
    """
    try:
        tokenizer = load_tokenizer(name, template_arguments)
    except TokenizerError:  # says itself what is wrong
        raise
    except (OSError, ValueError) as error:
        raise PersonaEnvError(f"{name!r} holds no tokenizer: {error}") from error
    codec = codec_of(tokenizer, 1 + max(tokenizer.get_vocab().values()), end_token)
    ids = codec.prompt(conversation)
    return PromptText(tokenizer.decode(ids, skip_special_tokens=False), len(ids))
