"""The tokenizer of a policy by the policy's name, without its weights."""

from __future__ import annotations

from pathlib import Path

from transformers import AutoConfig, AutoTokenizer, GenerationConfig, PreTrainedConfig

from persona_env.errors import PersonaEnvError, TokenizerError
from persona_env.registration import find_policy
from persona_env.wrappers.token_ids import EndToken
from persona_env.wrappers.tokenizers import Codec

from .hub import CONFIG, only_local
from .language_model import codec_of, ends_of


def load_codec(name: str | Path, end_token: EndToken | None = None) -> tuple[Codec, int]:
    """The codec of this policy, and how many logits its model has.

    It is the codec that :func:`~persona_env.agents.language_model.load_policy` gives. The name may
    also be that of a folder with a tokenizer alone, whose model is not known: it has 0 logits.

    Raises
    ------
    TokenizerError
        If there is no such policy, or it has no tokenizer.
    """
    try:
        path = find_policy(name, "tokenizer")
        local = only_local(path)
        has_model = not Path(path).is_dir() or Path(path, CONFIG).is_file()
        tokenizer = AutoTokenizer.from_pretrained(
            path, trust_remote_code=False, local_files_only=local
        )
        config = _config(path, local) if has_model else None
        said = None if config is None else _end_ids(path, config, local)
    except (PersonaEnvError, OSError, ValueError) as error:
        raise TokenizerError(f"tokenizer={str(name)!r} cannot be loaded: {error}") from error
    ends = end_token if end_token is not None else ends_of(said, tokenizer)
    logits = 0 if config is None else int(config.get_text_config().vocab_size)
    return codec_of(tokenizer, logits or len(tokenizer), ends), logits


def _config(path: str, local: bool) -> PreTrainedConfig:
    return AutoConfig.from_pretrained(path, trust_remote_code=False, local_files_only=local)


def _end_ids(path: str, config: PreTrainedConfig, local: bool) -> int | list[int] | None:
    """As the model has them that is loaded from there."""
    try:
        found = GenerationConfig.from_pretrained(path, local_files_only=local)
    except OSError:  # it has no file of its own
        found = GenerationConfig.from_model_config(config)
    said: int | list[int] | None = found.eos_token_id
    return said
