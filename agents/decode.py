"""One more token for each slot of a cache: what sampling does most.

Of a small model's forward pass on a CPU most is the overhead of its modules. For Llama-like models
:class:`LlamaDecoder` does the same arithmetic on fused weights; for others the model's own forward
runs.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers import LlamaForCausalLM

from .cache import SlotCache
from .sequences import base_of

SMALL = 50_000_000  # parameters; fused weights are a copy, and in large models overhead is little


class LlamaDecoder:
    """The last hidden state after one more token, for a :class:`SlotCache` and Llama's layers.

    It holds fused copies of the weights: make a new one when they change. Query, key and value are
    one product, so are gate and up; the weights of the norms, and the scale of scores, are folded
    into them.
    """

    def __init__(self, model: LlamaForCausalLM, length: int) -> None:
        config, base = model.config, model.model
        self.embed, self.norm, self.eps = base.embed_tokens.weight, base.norm, config.rms_norm_eps
        self.size = base.layers[0].self_attn.head_dim
        self.groups = config.num_key_value_heads
        self.queries = config.num_attention_heads * self.size
        self.layers = [_fused(layer) for layer in base.layers]
        places = torch.arange(length, device=self.embed.device)[None]
        cos, sin = base.rotary_emb(self.embed, places)
        self.cos, self.sin = cos[0], sin[0] * _signs(self.size, sin)

    def __call__(self, ids: Tensor, cache: SlotCache, rows: Tensor | None, lengths: Tensor) -> Any:
        """The state ``(n, D)`` after ``ids (n,)`` in slots ``rows``; ``lengths`` counts them in."""
        places = lengths - 1
        seen, count = int(lengths.max()), len(ids)
        cos, sin = self.cos[places, None], self.sin[places, None]
        hidden = torch.arange(seen, device=ids.device) >= lengths[:, None]
        mask = hidden[:, None, None] * torch.finfo(torch.float32).min
        slots = torch.arange(count, device=ids.device) if rows is None else rows
        x = self.embed[ids]
        for (qkv, out, gate_up, down), keys, values in zip(
            self.layers, cache.keys, cache.values, strict=True
        ):
            heads = functional.linear(self._scaled(x), qkv).view(count, -1, self.size)
            turned, value = heads[:, : -self.groups], heads[:, -self.groups :]
            turned = turned * cos + turned.roll(self.size // 2, -1) * sin
            query, key = turned[:, : -self.groups], turned[:, -self.groups :]
            keys[slots, :, places] = key
            values[slots, :, places] = value
            past, meant = keys[:, :, :seen], values[:, :, :seen]
            if rows is not None:
                past, meant = past[rows], meant[rows]
            query = query.view(count, self.groups, -1, self.size)
            scores = query @ past.transpose(2, 3) + mask
            mixed = (scores.softmax(-1) @ meant).view(count, self.queries)
            x = x + functional.linear(mixed, out)
            gate, up = functional.linear(self._scaled(x), gate_up).chunk(2, -1)
            x = x + functional.linear(functional.silu(gate) * up, down)
        return self._scaled(x) * self.norm.weight

    def _scaled(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps)


def decoder_for(model: Any, length: int) -> LlamaDecoder | None:
    """A fast decoder if ``model`` is a small Llama in single precision, else ``None``."""
    if type(model) is not LlamaForCausalLM or model.dtype != torch.float32:
        return None
    config = model.config
    plain = config.hidden_act == "silu" and not (config.attention_bias or config.mlp_bias)
    # The other kinds of rotary positions change with the length of what was read.
    plain = plain and model.model.rotary_emb.rope_type not in ("dynamic", "longrope")
    if not plain or model.num_parameters() > SMALL:
        return None
    return LlamaDecoder(model, length)


def decode(
    model: Any,
    decoder: LlamaDecoder | None,
    ids: Tensor,
    cache: SlotCache,
    where: tuple[Tensor | None, Tensor],
) -> Tensor:
    """The last hidden states ``(n, D)`` after ``ids (n,)`` in slots ``where = (rows, lengths)``."""
    if decoder is not None:
        hidden: Tensor = decoder(ids, cache, *where)
        return hidden
    places = cache.decode(*where)
    out = base_of(model)(ids[:, None], past_key_values=cache, use_cache=True, **places)
    last: Tensor = out.last_hidden_state[:, 0]
    return last


def _fused(layer: Any) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    attention, mlp = layer.self_attn, layer.mlp
    query = attention.q_proj.weight * attention.head_dim**-0.5
    three = [query, attention.k_proj.weight, attention.v_proj.weight]
    two = [mlp.gate_proj.weight, mlp.up_proj.weight]
    return (
        torch.cat(three) * layer.input_layernorm.weight,
        attention.o_proj.weight,
        torch.cat(two) * layer.post_attention_layernorm.weight,
        mlp.down_proj.weight,
    )


def _signs(size: int, like: Tensor) -> Tensor:
    """Rotary pairs (x1, x2) become (-x2, x1): the sign of the first half."""
    return torch.cat([-torch.ones(size // 2), torch.ones(size - size // 2)]).to(like)
