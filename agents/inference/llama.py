"""Llama's layers on fused weights: the same arithmetic in fewer operations.

Of a small model's pass on a CPU most is the overhead of its modules and of what is written and read
between two operations. Query, key and value are one product, so are gate and up; the scales of
norms and scores are folded into them. The two halves of a rotary pair stand beside each other, so
that a turn is one complex product, which leaves scores as they are.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import LlamaForCausalLM
from transformers.models.llama.modeling_llama import (
    LlamaAttention,
    LlamaDecoderLayer,
    LlamaMLP,
    LlamaRMSNorm,
)

from .cache import additive

PLAIN = {LlamaDecoderLayer, LlamaAttention, LlamaMLP, nn.Linear, LlamaRMSNorm}
SMALL = 50_000_000  # parameters; fused weights are a copy, and in large models overhead is little


def is_small_llama(model: Any) -> bool:
    """Whether ``model`` is a small Llama in single precision, as its class makes it."""
    if type(model) is not LlamaForCausalLM or model.dtype != torch.float32:
        return False
    config = model.config
    plain = config.hidden_act == "silu" and not (config.attention_bias or config.mlp_bias)
    # The other kinds of rotary positions change with the length of what was read.
    plain = plain and model.model.rotary_emb.rope_type not in ("dynamic", "longrope")
    plain = plain and not config.attention_dropout and model.num_parameters() <= SMALL
    layers: Any = model.model.layers
    parts = (part for layer in layers for part in layer.modules())
    # An adapter is of another type, or has the layer that it stands in the place of within it.
    kinds = {type(part) for part in parts if part._parameters or part._modules}
    return bool(plain) and kinds == PLAIN


class Weights(NamedTuple):
    """Of one layer: ``qkv``, of each key head its queries, its key and its value, ``out``, ..."""

    qkv: Tensor
    out: Tensor
    gate_up: Tensor
    down: Tensor


def fused(layer: Any) -> Weights:
    """The weights of a layer; gradients flow through them."""
    attention, mlp = layer.self_attn, layer.mlp
    size, scale = attention.head_dim, attention.q_proj.weight.shape[1] ** 0.5
    query, key = (
        each.weight.unflatten(0, (-1, 2, size // 2)).transpose(1, 2).flatten(0, 2)
        for each in (attention.q_proj, attention.k_proj)
    )
    parts = (query * size**-0.5, key, attention.v_proj.weight)
    groups = [part.unflatten(0, (len(key) // size, -1)) for part in parts]
    three = torch.cat(groups, 1).flatten(0, 1)
    two = torch.cat([mlp.gate_proj.weight, mlp.up_proj.weight])
    return Weights(
        three * (layer.input_layernorm.weight * scale),
        attention.o_proj.weight,
        two * (layer.post_attention_layernorm.weight * scale),
        mlp.down_proj.weight,
    )


def turns(model: LlamaForCausalLM, length: int) -> Tensor:
    """How much a pair is turned at each place, ``complex64 of shape (length, size // 2)``."""
    base, weight = model.model, model.model.embed_tokens.weight
    places = torch.arange(length, device=weight.device)[None]
    half = base.layers[0].self_attn.head_dim // 2
    cos, sin = (part[0, :, :half] for part in base.rotary_emb(weight, places))
    return torch.complex(cos, sin)


def turned(heads: Tensor, turn: Tensor) -> Tensor:
    """``heads (..., H, size)``, each of whose pairs is turned by ``turn (..., H, size // 2)``."""
    pairs = torch.view_as_complex(heads.view(*heads.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * turn).flatten(-2)


def normed(x: Tensor, tiny: Tensor) -> Tensor:
    """``x`` over its length, no less than ``tiny``: but for a factor, Llama's norm."""
    if x.requires_grad:  # fewer operations backwards
        return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + tiny.square())
    length: Tensor = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return x / length.hypot_(tiny)


def tiny_of(model: LlamaForCausalLM) -> Tensor:
    """The length below which a norm does not divide."""
    weight: Tensor = model.model.embed_tokens.weight
    return weight.new_tensor(weight.shape[1] * model.config.rms_norm_eps).sqrt()


def finish(x: Tensor, mixed: Tensor, weights: Weights, tiny: Tensor) -> Tensor:
    """A layer from what attention mixed: its projection, and the two products behind it."""
    x = x + functional.linear(mixed, weights.out)
    inside = normed(x, tiny).to(weights.gate_up.dtype)
    gate, up = functional.linear(inside, weights.gate_up).chunk(2, -1)
    return x + functional.linear(functional.silu(gate) * up, weights.down)


class LlamaEncoder:
    """The last hidden states of whole texts, with their gradient.

    Products are in the precision ``kind``; weights, sums and gradients of weights in single
    precision. Weights are fused anew in each call, since training changes them.
    """

    def __init__(self, model: LlamaForCausalLM, kind: torch.dtype = torch.float32) -> None:
        self.model, self.kind = model, kind
        self.groups = model.config.num_key_value_heads
        self.several = model.config.num_attention_heads // self.groups  # queries a key
        self.turn, self.tiny = turns(model, 0), tiny_of(model)

    def __call__(self, ids: Tensor, places: Tensor, allowed: Tensor, wanted: Tensor) -> Tensor:
        """See :data:`.sequences.StatesOf`; past the last attention nothing else is worked out."""
        base, tiny, mask = self.model.model, self.tiny, additive(allowed, torch.float32)
        longest = int(places.max()) + 1
        if len(self.turn) < longest:
            self.turn = turns(self.model, longest)
        turn = self.turn[places][:, :, None, None]
        x = functional.embedding(ids.flatten(), base.embed_tokens.weight)
        for layer in base.layers:
            weights = Weights(*(weight.to(self.kind) for weight in fused(layer)))
            heads = functional.linear(normed(x, tiny).to(self.kind), weights.qkv)
            heads = heads.view(*ids.shape, self.groups, self.several + 2, -1)
            pairs, value = torch.split(heads, [self.several + 1, 1], 3)
            pairs = turned(pairs.float(), turn).to(self.kind)
            query, key = torch.split(pairs, [self.several, 1], 3)
            mixed = self._mixed(query, key, value, mask)
            if layer is base.layers[-1]:
                x, mixed = x.index_select(0, wanted), mixed.index_select(0, wanted)
            x = finish(x, mixed, weights, tiny)
        last: Tensor = base.norm.weight * x.shape[-1] ** 0.5
        return normed(x, tiny) * last

    def _mixed(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
        """Attention, ``(B * T, H * size)``, by plain products: on CPUs the fused operation is
        slower, above all backwards."""
        count, width, _, _, size = key.shape
        parts = (part.permute(0, 2, 3, 1, 4) for part in (query, key, value))
        query, key, value = (part.reshape(count * self.groups, -1, size) for part in parts)
        scores = torch.bmm(query, key.transpose(1, 2))
        scores = scores.view(count, -1, width, width) + mask
        shares = torch.softmax(scores, -1).to(self.kind)
        mixed = torch.bmm(shares.view(len(key), -1, width), value).view(count, -1, width, size)
        return mixed.transpose(1, 2).reshape(count * width, -1)
