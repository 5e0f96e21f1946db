"""Prompts read into the slots of a cache, and one more token for each: what sampling does.

For a small Llama :class:`LlamaDecoder` does the arithmetic on fused weights (:mod:`.llama`), for
other models their own forward runs (:class:`PlainDecoder`).
"""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional
from transformers import LlamaForCausalLM

from .cache import SlotCache
from .llama import Weights, fused, is_small_llama, normed, tiny_of, turns
from .sequences import base_of


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
    """The same for a small Llama, on fused weights: make a new one when the weights change.

    Of the last layer a prompt's states are needed for its last token alone. With few rows the
    number of operations is what counts: keys, values and queries are turned together (values by
    nothing), what can be is written in place, and nothing is copied to be seen otherwise.
    """

    def __init__(self, model: LlamaForCausalLM, length: int) -> None:
        config, base = model.config, model.model
        self.embed, self.size = base.embed_tokens.weight, base.layers[0].self_attn.head_dim
        self.groups = config.num_key_value_heads
        self.several = config.num_attention_heads // self.groups  # queries a key
        self.layers = [Weights(*(each.t() for each in fused(layer))) for layer in base.layers]
        self.tiny, self.length = tiny_of(model), length
        self.last: Tensor = base.norm.weight * self.embed.shape[1] ** 0.5
        turn = turns(model, length)[:, None].expand(-1, self.several + 1, -1)
        turn = torch.cat([turn, torch.ones_like(turn[:, :1])], 1)
        self.turn = turn.repeat(1, self.groups, 1).flatten(1)
        ends = torch.zeros(2 * length, device=turn.device)
        ends[length:] = torch.finfo(ends.dtype).min
        self.ends = ends.unfold(0, length, 1)[:, None].expand(-1, self.groups, -1)

    def prefill(self, ids: Tensor, cache: SlotCache, rows: Tensor, lengths: Tensor) -> Tensor:
        """See :class:`Decoder`."""
        count, width = ids.shape
        ends = torch.arange(0, count * width, width, device=ids.device) + lengths - 1
        turn = self.turn[:width].repeat(count, 1)
        x = functional.embedding(ids.flatten(), self.embed)
        for index, weights in enumerate(self.layers):
            heads = self._heads(x, weights, turn)
            parts = heads.view(count, width, self.groups, -1, self.size).transpose(1, 2)
            new = parts[:, :, :, self.several :]
            cache.layer(index, self.groups, self.size, ids.device)[rows, :, :width] = new
            if index < len(self.layers) - 1:
                mixed = self._causal(parts)
            else:
                x = x[ends]
                mixed = self._mixed(heads[ends], new, self._unseen(lengths, width))
            x = self._finish(x, mixed, weights)
        return normed(x, self.tiny) * self.last

    def step(self, ids: Tensor, cache: SlotCache, rows: Tensor | None, lengths: Tensor) -> Tensor:
        """See :class:`Decoder`."""
        places, seen = lengths - 1, int(lengths.max())
        turn, mask = self.turn.index_select(0, places), self._unseen(lengths, seen)
        into = (cache.rows(rows, self.groups) + places[:, None]).view(-1)
        x = functional.embedding(ids, self.embed)
        for weights, kept in zip(self.layers, cache.kept, strict=True):
            heads = self._heads(x, weights, turn)
            new = heads.view(len(into), -1)[:, self.several * self.size :]
            kept.view(-1, 2 * self.size).index_copy_(0, into, new)
            past = kept[:, :, :seen] if rows is None else kept[rows, :, :seen]
            x = self._finish(x, self._mixed(heads, past, mask), weights)
        return normed(x, self.tiny) * self.last

    def _heads(self, x: Tensor, weights: Weights, turn: Tensor) -> Tensor:
        """Of each key head its queries, its key and its value, all but the last turned."""
        heads = torch.mm(normed(x, self.tiny), weights.qkv)
        return heads.view(torch.complex64).mul_(turn).view(torch.float32)

    def _unseen(self, lengths: Tensor, width: int) -> Tensor:
        """What is added to scores, ``(n * groups, 1, width)``: the lowest number past the end."""
        return self.ends[:, :, :width].index_select(0, self.length - lengths).view(-1, 1, width)

    def _mixed(self, heads: Tensor, past: Tensor, mask: Tensor) -> Tensor:
        """The attention of one token a row to ``past (n, groups, width, 2, size)``."""
        query = heads.view(len(mask), -1, self.size)[:, : self.several]
        keys, values = past.flatten(0, 1).unbind(2)
        scores = torch.baddbmm(mask, query, keys.transpose(1, 2))
        return torch.bmm(scores.softmax(-1), values).view(len(heads), -1)

    def _causal(self, parts: Tensor) -> Tensor:
        """The attention of whole rows, ``parts (n, groups, width, several + 2, size)``."""
        query, key, value = torch.split(parts, [self.several, 1, 1], 3)
        query = query.transpose(2, 3).flatten(1, 2)
        mixed = functional.scaled_dot_product_attention(
            query, key.squeeze(3), value.squeeze(3), is_causal=True, scale=1.0, enable_gqa=True
        )
        return mixed.transpose(1, 2).flatten(2).flatten(0, 1)

    def _finish(self, x: Tensor, mixed: Tensor, weights: Weights) -> Tensor:
        """See :func:`.llama.finish`; written into ``x``."""
        x.addmm_(mixed, weights.out)
        gate, up = torch.mm(normed(x, self.tiny), weights.gate_up).chunk(2, -1)
        return x.addmm_(functional.silu(gate, inplace=True).mul_(up), weights.down)


def decoder_for(model: Any, length: int) -> Decoder:
    """The fast decoder for a small Llama, else the plain one; up to ``length`` tokens a slot."""
    return LlamaDecoder(model, length) if is_small_llama(model) else PlainDecoder(model)
