"""Sampling from a small Llama on fused weights (:mod:`.llama`), in few operations."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional
from transformers import LlamaForCausalLM

from .cache import SlotCache
from .llama import Weights, fused, normed, tiny_of, turns


class Room(NamedTuple):
    """Where a layer writes, and how that is read: views that are made once for all layers."""

    heads: Tensor  # (n, groups * (several + 2) * size)
    pairs: Tensor  # the same as complex numbers
    query: Tensor  # (n * groups, several, size)
    new: Tensor  # (n * groups, 2 * size), keys and values
    wide: Tensor  # (n, 2 * M)
    gate: Tensor
    up: Tensor


class LlamaDecoder:
    """A :class:`.decode.Decoder`: make a new one when the weights change.

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
        self.room: Room | None = None  # of the last step
        self.last: Tensor = base.norm.weight * self.embed.shape[1] ** 0.5
        turn = turns(model, length)[:, None].expand(-1, self.several + 1, -1)
        turn = torch.cat([turn, torch.ones_like(turn[:, :1])], 1)
        self.turn = turn.repeat(1, self.groups, 1).flatten(1)
        ends = torch.zeros(2 * length, device=turn.device)
        ends[length:] = torch.finfo(ends.dtype).min
        self.ends = ends.unfold(0, length, 1)[:, None].expand(-1, self.groups, -1)

    def prefill(
        self, ids: Tensor, cache: SlotCache, rows: Tensor | None, lengths: Tensor
    ) -> Tensor:
        """See :class:`.decode.Decoder`."""
        count, width = ids.shape
        ends = torch.arange(0, count * width, width, device=ids.device) + lengths - 1
        turn, room = self.turn[:width].repeat(count, 1), self._room(ids.numel())
        slots = slice(None) if rows is None else rows
        parts = room.heads.view(count, width, self.groups, -1, self.size).transpose(1, 2)
        new = parts[:, :, :, self.several :]
        x = functional.embedding(ids.flatten(), self.embed)
        for index, weights in enumerate(self.layers):
            self._heads(x, weights, turn, room)
            cache.layer(index, self.groups, self.size, ids.device)[slots, :, :width] = new
            if index < len(self.layers) - 1:
                self._finish(x, self._causal(parts), weights, room)
        mask, few = self._unseen(lengths, width), self._room(count)
        few.heads.copy_(room.heads[ends])
        x = self._finish(x[ends], self._mixed(few, new, mask), weights, few)
        return normed(x, self.tiny) * self.last

    def step(self, ids: Tensor, cache: SlotCache, rows: Tensor | None, lengths: Tensor) -> Tensor:
        """See :class:`.decode.Decoder`."""
        places, seen = lengths - 1, int(lengths.max())
        turn, mask = self.turn.index_select(0, places), self._unseen(lengths, seen)
        into = (cache.rows(rows, self.groups) + places[:, None]).view(-1)
        slots = slice(None) if rows is None else rows
        if self.room is None or len(self.room.heads) != len(ids):
            self.room = self._room(len(ids))
        x = functional.embedding(ids, self.embed)
        for weights, kept in zip(self.layers, cache.kept, strict=True):
            self._heads(x, weights, turn, self.room)
            kept.view(-1, 2 * self.size).index_copy_(0, into, self.room.new)
            mixed = self._mixed(self.room, kept[slots, :, :seen], mask)
            self._finish(x, mixed, weights, self.room)
        return normed(x, self.tiny) * self.last

    def _room(self, count: int) -> Room:
        """What ``count`` tokens need."""
        first = self.layers[0]
        heads, wide = (
            torch.empty(count, weight.shape[1], device=weight.device)
            for weight in (first.qkv, first.gate_up)
        )
        pairs, parts = heads.view(torch.complex64), heads.view(count * self.groups, -1, self.size)
        query, new = parts[:, : self.several], parts.flatten(1)[:, self.several * self.size :]
        return Room(heads, pairs, query, new, wide, *wide.chunk(2, -1))

    def _heads(self, x: Tensor, weights: Weights, turn: Tensor, room: Room) -> None:
        """Of each key head its queries, its key and its value, all but the last turned."""
        torch.mm(normed(x, self.tiny), weights.qkv, out=room.heads)
        room.pairs.mul_(turn)

    def _unseen(self, lengths: Tensor, width: int) -> Tensor:
        """What is added to scores, ``(n * groups, 1, width)``: the lowest number past the end."""
        return self.ends[:, :, :width].index_select(0, self.length - lengths).view(-1, 1, width)

    def _mixed(self, room: Room, past: Tensor, mask: Tensor) -> Tensor:
        """The attention of one token a row to ``past (n, groups, width, 2, size)``."""
        keys, values = past.flatten(0, 1).unbind(2)
        scores = torch.baddbmm(mask, room.query, keys.transpose(1, 2))
        return torch.bmm(scores.softmax(-1), values).view(len(room.heads), -1)

    def _causal(self, parts: Tensor) -> Tensor:
        """The attention of whole rows, ``parts (n, groups, width, several + 2, size)``."""
        query, key, value = torch.split(parts, [self.several, 1, 1], 3)
        query = query.transpose(2, 3).flatten(1, 2)
        mixed = functional.scaled_dot_product_attention(
            query, key.squeeze(3), value.squeeze(3), is_causal=True, scale=1.0, enable_gqa=True
        )
        return mixed.transpose(1, 2).flatten(2).flatten(0, 1)

    def _finish(self, x: Tensor, mixed: Tensor, weights: Weights, room: Room) -> Tensor:
        """See :func:`.llama.finish`; written into ``x``."""
        x.addmm_(mixed, weights.out)
        torch.mm(normed(x, self.tiny), weights.gate_up, out=room.wide)
        functional.silu(room.gate, inplace=True).mul_(room.up)
        return x.addmm_(room.gate, weights.down)
