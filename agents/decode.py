"""Prompts read into the slots of a cache, and one more token for each: what sampling does.

Of a small model's forward pass on a CPU most is the overhead of its modules. For Llama-like models
:class:`LlamaDecoder` does the same arithmetic on fused weights; for others the model's own forward
runs (:class:`PlainDecoder`).
"""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional
from transformers import LlamaForCausalLM

from .cache import SlotCache
from .sequences import base_of

SMALL = 50_000_000  # parameters; fused weights are a copy, and in large models overhead is little


class Decoder(Protocol):
    """Both return last hidden states, ``(n, D)``; ``lengths`` counts what is given now, too."""

    def prefill(self, ids: Tensor, cache: SlotCache, rows: Tensor, lengths: Tensor) -> Tensor:
        """Read right-padded prompts ``ids (n, T)`` into slots ``rows (n,)``."""

    def step(self, ids: Tensor, cache: SlotCache, rows: Tensor | None, lengths: Tensor) -> Tensor:
        """Append ``ids (n,)`` to slots ``rows (n,)``, or to all of them."""


class PlainDecoder:
    """The model's own forward pass."""

    def __init__(self, model: Any) -> None:
        self.base = base_of(model)

    def prefill(self, ids: Tensor, cache: SlotCache, rows: Tensor, lengths: Tensor) -> Tensor:
        """See :class:`Decoder`."""
        places = torch.arange(len(ids), device=ids.device)
        return self._run(ids, cache, cache.prefill(rows, lengths))[places, lengths - 1]

    def step(self, ids: Tensor, cache: SlotCache, rows: Tensor | None, lengths: Tensor) -> Tensor:
        """See :class:`Decoder`."""
        return self._run(ids[:, None], cache, cache.decode(rows, lengths))[:, 0]

    def _run(self, ids: Tensor, cache: SlotCache, where: dict[str, Tensor]) -> Tensor:
        found: Tensor = self.base(ids, past_key_values=cache, use_cache=True, **where)[0]
        return found


class LlamaDecoder:
    """The same for Llama's layers, in fewer operations.

    It holds fused copies of the weights: make a new one when they change. Query, key and value are
    one product, so are gate and up; the scales of norms and scores are folded into them. The two
    halves of a rotary pair stand beside each other, so that a turn is one complex product (by 1 for
    values), which leaves scores as they are. Of the last layer a prompt's states are needed for
    its last token alone.
    """

    def __init__(self, model: LlamaForCausalLM, length: int) -> None:
        config, base = model.config, model.model
        self.embed, self.size = base.embed_tokens.weight, base.layers[0].self_attn.head_dim
        self.queries, self.groups = config.num_attention_heads, config.num_key_value_heads
        width = self.embed.shape[1]
        self.tiny = self.embed.new_tensor(width * config.rms_norm_eps).sqrt()
        self.last = base.norm.weight * width**0.5
        self.layers = [_fused(layer, width**0.5) for layer in base.layers]
        places = torch.arange(length, device=self.embed.device)[None]
        cos, sin = (part[0, :, : self.size // 2] for part in base.rotary_emb(self.embed, places))
        turn = torch.complex(cos, sin)[:, None].expand(-1, self.queries + self.groups, -1)
        still = torch.ones_like(turn[:, : self.groups])
        self.turn = torch.cat([turn, still], 1)

    def prefill(self, ids: Tensor, cache: SlotCache, rows: Tensor, lengths: Tensor) -> Tensor:
        """See :class:`Decoder`."""
        count, width = ids.shape
        every = torch.arange(count, device=ids.device)
        x = self.embed[ids]
        for index, (qkv, out, gate_up, down) in enumerate(self.layers):
            heads = self._turned(functional.linear(self._normed(x), qkv), self.turn[:width])
            new = heads[:, :, self.queries :].unflatten(2, (2, self.groups))
            kept = cache.layer(index, self.groups, self.size, ids.device)
            kept[:, rows, :, :width] = new.permute(2, 0, 3, 1, 4)
            if index < len(self.layers) - 1:
                query, key, value = (
                    part.transpose(1, 2)
                    for part in heads.split([self.queries, self.groups, self.groups], 2)
                )
                mixed = functional.scaled_dot_product_attention(
                    query, key, value, is_causal=True, scale=1.0, enable_gqa=True
                )
                mixed = mixed.transpose(1, 2).flatten(2)
            else:
                x, query = x[every, lengths - 1], heads[every, lengths - 1, : self.queries]
                own = kept[:, rows, :, :width]
                mixed = self._mixed(query, own[0], own[1], self._unseen(lengths, width))
            x = self._on(x, mixed, out, gate_up, down)
        return self._normed(x) * self.last

    def step(self, ids: Tensor, cache: SlotCache, rows: Tensor | None, lengths: Tensor) -> Tensor:
        """See :class:`Decoder`."""
        places, seen = lengths - 1, int(lengths.max())
        turn, mask = self.turn[places], self._unseen(lengths, seen)
        into = (cache.rows(rows, self.groups) + places[:, None]).view(-1)
        x = self.embed[ids]
        for (qkv, out, gate_up, down), kept in zip(self.layers, cache.kept, strict=True):
            heads = self._turned(functional.linear(self._normed(x), qkv), turn)
            new = heads[:, self.queries :].reshape(-1, self.size)
            kept.view(-1, self.size).index_copy_(0, into, new)
            past = kept[:, :, :, :seen] if rows is None else kept[:, rows, :, :seen]
            mixed = self._mixed(heads[:, : self.queries], past[0], past[1], mask)
            x = self._on(x, mixed, out, gate_up, down)
        return self._normed(x) * self.last

    def _normed(self, x: Tensor) -> Tensor:
        """``x`` over its length: over the root of its mean square, but for a factor."""
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        return x / torch.hypot(length, self.tiny)

    def _turned(self, heads: Tensor, turn: Tensor) -> Tensor:
        """Queries, keys and values ``(..., heads, size)``, the first two turned by their place."""
        pairs = torch.view_as_complex(heads.unflatten(-1, (*turn.shape[-2:], 2)))
        return torch.view_as_real(pairs * turn).flatten(-2)

    def _unseen(self, lengths: Tensor, width: int) -> Tensor:
        """What is added to scores, ``(n * groups, 1, width)``: the lowest number past the end."""
        after = torch.arange(width, device=lengths.device) >= lengths[:, None]
        mask = (after * torch.finfo(torch.float32).min)[:, None, None]
        return mask.expand(-1, self.groups, 1, -1).reshape(-1, 1, width)

    def _mixed(self, query: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        """The attention of one token a row, ``(n, heads * size)``."""
        one = query.reshape(len(mask), -1, self.size)
        scores = torch.baddbmm(mask, one, keys.flatten(0, 1).transpose(1, 2))
        return torch.bmm(scores.softmax(-1), values.flatten(0, 1)).view(len(query), -1)

    def _on(self, x: Tensor, mixed: Tensor, out: Tensor, gate_up: Tensor, down: Tensor) -> Tensor:
        """The rest of a layer, from what attention mixed."""
        x = x + functional.linear(mixed, out)
        gate, up = functional.linear(self._normed(x), gate_up).chunk(2, -1)
        return x + functional.linear(functional.silu(gate).mul_(up), down)


def decoder_for(model: Any, length: int) -> Decoder:
    """The fast decoder for a small Llama in single precision, else the plain one.

    Up to ``length`` tokens a slot.
    """
    if type(model) is not LlamaForCausalLM or model.dtype != torch.float32:
        return PlainDecoder(model)
    config = model.config
    plain = config.hidden_act == "silu" and not (config.attention_bias or config.mlp_bias)
    # The other kinds of rotary positions change with the length of what was read.
    plain = plain and model.model.rotary_emb.rope_type not in ("dynamic", "longrope")
    if not plain or model.num_parameters() > SMALL:
        return PlainDecoder(model)
    return LlamaDecoder(model, length)


def _fused(layer: Any, scale: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    attention, mlp = layer.self_attn, layer.mlp
    size = attention.head_dim
    query, key = (
        each.weight.unflatten(0, (-1, 2, size // 2)).transpose(1, 2).flatten(0, 2)
        for each in (attention.q_proj, attention.k_proj)
    )
    three = torch.cat([query * size**-0.5, key, attention.v_proj.weight])
    two = torch.cat([mlp.gate_proj.weight, mlp.up_proj.weight])
    return (
        three * (layer.input_layernorm.weight * scale),
        attention.o_proj.weight,
        two * (layer.post_attention_layernorm.weight * scale),
        mlp.down_proj.weight,
    )
