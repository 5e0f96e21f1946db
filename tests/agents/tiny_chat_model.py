"""A Llama with random weights, a vocabulary of bytes and a chat template, and probes for it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from persona_env.agents.probes.encoder import POOLINGS, Encoder
from persona_env.agents.probes.probes import check_states
from persona_env.reading.evidence import DEGREES, NAMES
from persona_env.reading.outputs import CHOICES, OUTPUTS
from persona_env.reading.reading import ACTS

WIDTH, LAYERS = 32, (1, 2)
ENDS = ("<|start|>", "<|end|>")
TEMPLATE = (
    "{% for m in messages %}<|start|>{{ m['role'] }}\n{{ m['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant\n{% endif %}"
)


def save_chat_model(
    folder: Path, seed: int = 0, template: str | None = TEMPLATE, ends: tuple[str, str] = ENDS
) -> Path:
    """A model of four layers, as ``save_pretrained`` leaves it; ``ends`` stand around a turn."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {piece: i for i, piece in enumerate([*ends, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([*ends])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=ends[1])
    fast.chat_template = template
    fast.save_pretrained(folder)
    torch.manual_seed(seed)
    config = LlamaConfig(
        hidden_size=WIDTH, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4,
        num_key_value_heads=2, vocab_size=len(vocab), bos_token_id=None, eos_token_id=1,
        pad_token_id=None, initializer_range=0.2,
    )  # fmt: skip
    LlamaForCausalLM(config).eval().save_pretrained(folder)
    return folder


def save_probes(path: Path, model: Path, **changed: np.ndarray) -> Path:
    """Probes with random weights for the states of ``model``."""
    rng = np.random.default_rng(0)
    size = len(LAYERS) * len(POOLINGS) * WIDTH
    inputs = len(NAMES) + len(DEGREES) + len(ACTS) + 1
    arrays = {
        "mean": np.zeros(size), "spread": np.ones(size),
        "states": rng.normal(0, 0.3, (size, len(OUTPUTS))), "bias": np.zeros(len(OUTPUTS)),
        "slope": np.ones((5, 2)), "shift": np.zeros(5), "sharpness": np.ones((3, 2)),
        "content": rng.normal(0, 0.3, (inputs, 3)), "content_bias": np.zeros(3),
        "check": check_states(Encoder(str(model), LAYERS)),
    } | changed  # fmt: skip
    middle = dict.fromkeys(DEGREES, (0.4, 0.6)) | dict.fromkeys(CHOICES, (0.0, 0.3))
    said = {
        "model": "tiny", "layers": json.dumps(LAYERS), "middle": json.dumps(middle),
        "languages": json.dumps({"": ["en"]}),
    }  # fmt: skip
    save_file({name: a.astype(np.float32) for name, a in arrays.items()}, path, said)
    return path
