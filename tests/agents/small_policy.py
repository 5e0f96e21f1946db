"""Policies of a few thousand parameters, freshly initialised."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from persona_env.wrappers.bundled_tokenizer import SPECIAL

WORDS = ("Reads", "English", "Spanish", ".", "say", "di", "red", "blue", "green")


def small(kind: str, vocab_size: int = 60):
    torch.manual_seed(0)
    common = {"vocab_size": vocab_size, "bos_token_id": None, "eos_token_id": 1, "pad_token_id": 0}
    if kind == "gpt2":
        config = GPT2Config(n_embd=32, n_layer=2, n_head=2, n_positions=64, **common)
        return GPT2LMHeadModel(config).eval()
    config = LlamaConfig(
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        **common,
    )
    return LlamaForCausalLM(config).eval()


def save_word_policy(folder: Path) -> Path:
    """A two-layer policy over a dozen words, as ``save_pretrained`` leaves it."""
    vocab = {word: i for i, word in enumerate((*SPECIAL, "<unk>", *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(vocab, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(list(SPECIAL))
    small("llama", len(vocab)).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<end>", pad_token="<pad>"
    ).save_pretrained(folder)
    return folder
