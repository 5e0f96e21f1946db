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

from .cache import SlotCache, keyword_of
from .llama import Weights, finish, fused, is_small_llama, normed, tiny_of, turned, turns
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
        self.keyword = keyword_of(self.base)

    def prefill(self, ids: Tensor, cache: SlotCache, rows: Tensor, lengths: Tensor) -> Tensor:
        """See :class:`Decoder`."""
        places = torch.arange(len(ids), device=ids.device)
        return self._run(ids, cache, cache.prefill(rows, lengths))[places, lengths - 1]

    def step(self, ids: Tensor, cache: SlotCache, rows: Tensor | None, lengths: Tensor) -> Tensor:
        """See :class:`Decoder`."""
        return self._run(ids[:, None], cache, cache.decode(rows, lengths))[:, 0]

    def _run(self, ids: Tensor, cache: SlotCache, where: dict[str, Tensor]) -> Tensor:
        found: Tensor = self.base(ids, use_cache=True, **{self.keyword: cache}, **where)[0]
        return found


class LlamaDecoder:
    """The same for a small Llama, on fused weights: make a new one when the weights change.

    Keys and values are turned and stored together (values by nothing). Of the last layer a prompt's
    states are needed for its last token alone.
    """

    def __init__(self, model: LlamaForCausalLM, length: int) -> None:
        config, base = model.config, model.model
        self.embed, self.size = base.embed_tokens.weight, base.layers[0].self_attn.head_dim
        self.queries, self.groups = config.num_attention_heads, config.num_key_value_heads
        self.layers = [fused(layer) for layer in base.layers]
        self.tiny = tiny_of(model)
        self.last: Tensor = base.norm.weight * self.embed.shape[1] ** 0.5
        turn = turns(model, length)[:, None].expand(-1, self.queries + self.groups, -1)
        self.turn = torch.cat([turn, torch.ones_like(turn[:, : self.groups])], 1)

    def prefill(self, ids: Tensor, cache: SlotCache, rows: Tensor, lengths: Tensor) -> Tensor:
        """See :class:`Decoder`."""
        count, width = ids.shape
        every = torch.arange(count, device=ids.device)
        x = self.embed[ids]
        for index, weights in enumerate(self.layers):
            heads = self._heads(x, weights, self.turn[:width])
            new = heads[:, :, self.queries :].view(count, width, 2, self.groups, self.size)
            kept = cache.layer(index, self.groups, self.size, ids.device)
            kept[:, rows, :, :width] = new.permute(2, 0, 3, 1, 4)
            if index < len(self.layers) - 1:
                sizes = [self.queries, self.groups, self.groups]
                query, key, value = torch.split(heads.transpose(1, 2), sizes, 1)
                mixed = functional.scaled_dot_product_attention(
                    query, key, value, is_causal=True, scale=1.0, enable_gqa=True
                )
                mixed = mixed.transpose(1, 2).flatten(2)
            else:
                x, query = x[every, lengths - 1], heads[every, lengths - 1, : self.queries]
                own = kept[:, rows, :, :width]
                mixed = self._mixed(query, own[0], own[1], self._unseen(lengths, width))
            x = finish(x, mixed, weights, self.tiny)
        return normed(x, self.tiny) * self.last

    def step(self, ids: Tensor, cache: SlotCache, rows: Tensor | None, lengths: Tensor) -> Tensor:
        """See :class:`Decoder`."""
        places, seen = lengths - 1, int(lengths.max())
        turn, mask = self.turn[places], self._unseen(lengths, seen)
        into = (cache.rows(rows, self.groups) + places[:, None]).view(-1)
        x = self.embed[ids]
        for weights, kept in zip(self.layers, cache.kept, strict=True):
            heads = self._heads(x, weights, turn)
            new = heads[:, self.queries :].reshape(-1, self.size)
            kept.view(-1, self.size).index_copy_(0, into, new)
            past = kept[:, :, :, :seen] if rows is None else kept[:, rows, :, :seen]
            mixed = self._mixed(heads[:, : self.queries], past[0], past[1], mask)
            x = finish(x, mixed, weights, self.tiny)
        return normed(x, self.tiny) * self.last

    def _heads(self, x: Tensor, weights: Weights, turn: Tensor) -> Tensor:
        """Queries, keys and values, ``(..., heads, size)``, the first two turned by their place."""
        heads = functional.linear(normed(x, self.tiny), weights.qkv)
        return turned(heads.view(*heads.shape[:-1], -1, self.size), turn)

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


def decoder_for(model: Any, length: int) -> Decoder:
    """The fast decoder for a small Llama, else the plain one; up to ``length`` tokens a slot."""
    return LlamaDecoder(model, length) if is_small_llama(model) else PlainDecoder(model)
