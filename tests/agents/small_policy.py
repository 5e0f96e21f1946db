"""Policies of a few thousand parameters, freshly initialised."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from persona_env.wrappers.bundled_tokenizer import SPECIAL

WORDS = ("Reads", "English", "Spanish", ".", "say", "di", "red", "blue", "green")


def small(kind: str, vocab_size: int = 60):
    torch.manual_seed(0)
    common = {"vocab_size": vocab_size, "bos_token_id": None, "eos_token_id": 1, "pad_token_id": 0}
    if kind == "gpt2":
        config = GPT2Config(n_embd=32, n_layer=2, n_head=2, n_positions=64, **common)
        return GPT2LMHeadModel(config).eval()
    config_class, model_class, own = _ROTARY[kind]
    config = config_class(
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        **common,
        **own,
    )
    return model_class(config).eval()


TIED = {"head_dim": 8, "tie_word_embeddings": True}
_ROTARY = {
    "llama": (LlamaConfig, LlamaForCausalLM, {}),
    "qwen3": (Qwen3Config, Qwen3ForCausalLM, TIED),
    "gemma3": (Gemma3TextConfig, Gemma3ForCausalLM, TIED | {"query_pre_attn_scalar": 8}),
}


def save_word_policy(folder: Path, kind: str = "llama") -> Path:
    """A two-layer policy over a dozen words, as ``save_pretrained`` leaves it."""
    vocab = {word: i for i, word in enumerate((*SPECIAL, "<unk>", *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(vocab, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(list(SPECIAL))
    small(kind, len(vocab)).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<end>", pad_token="<pad>"
    ).save_pretrained(folder)
    return folder
