"""A key-value cache of independent slots: each row has its own length and restarts by itself."""

from __future__ import annotations

from inspect import signature
from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache


def additive(allowed: Tensor, dtype: torch.dtype) -> Tensor:
    """The attention mask that is added to scores: 0 where ``allowed``, else the lowest number."""
    mask = torch.zeros(allowed.shape, dtype=dtype, device=allowed.device)
    return mask.masked_fill_(~allowed, torch.finfo(dtype).min)


def keyword_of(model: Any) -> str:
    """The argument in which ``model`` takes a cache: transformers 5.24 gave it another name."""
    named = signature(model.forward).parameters
    return "cache" if "cache" in named else "past_key_values"


class SlotCache(Cache):  # type: ignore[misc]
    """Keys and values, a tensor ``(slots, heads, length, 2, size)`` a layer, written at each row's
    own place.

    Works with any causal transformers model that takes ``position_ids`` and a 4-D attention mask
    (GPT-2-like and rotary ones): :meth:`prefill` and :meth:`decode` say where the next forward
    writes, and return what it must be given.
    """

    def __init__(self, slots: int, length: int, dtype: torch.dtype = torch.float32) -> None:
        super().__init__(layers=[])
        self.slots, self.length, self.dtype = slots, length, dtype
        self.kept: list[Tensor] = []
        self._every: Tensor | None = None
        self._rows: Tensor | None = None
        self._places: Tensor = torch.zeros(0, dtype=torch.long)
        self._seen = 0

    def prefill(self, rows: Tensor, lengths: Tensor) -> dict[str, Tensor]:
        """The next forward encodes whole right-padded rows, of ``lengths``, into slots ``rows``."""
        width = int(lengths.max())
        self._rows, self._seen = rows, 0
        self._places = torch.arange(width, device=rows.device).expand(len(rows), width)
        causal = torch.ones(width, width, dtype=torch.bool, device=rows.device).tril()
        mask = additive(causal[None, None], self.dtype)
        return {"position_ids": self._places, "attention_mask": mask}

    def decode(self, rows: Tensor | None, lengths: Tensor) -> dict[str, Tensor]:
        """The next forward appends one token to slots ``rows`` (all for ``None``).

        ``lengths`` counts the tokens of each row, the new one included.
        """
        self._rows, self._seen = rows, int(lengths.max())
        self._places = (lengths - 1)[:, None]
        seen = torch.arange(self._seen, device=lengths.device) < lengths[:, None]
        mask = additive(seen[:, None, None], self.dtype)
        return {"position_ids": self._places, "attention_mask": mask}

    def update(
        self, key_states: Tensor, value_states: Tensor, layer_idx: int, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        """Store a layer's new keys and values; called by the model."""
        _, heads, width, size = key_states.shape
        keys, values = self.layer(layer_idx, heads, size, key_states.device).unbind(3)
        if self._seen == 0:  # a prefill attends to itself alone
            keys[self._rows, :, :width] = key_states
            values[self._rows, :, :width] = value_states
            return key_states, value_states
        rows = torch.arange(self.slots, device=keys.device) if self._rows is None else self._rows
        keys[rows, :, self._places[:, 0]] = key_states[:, :, 0]
        values[rows, :, self._places[:, 0]] = value_states[:, :, 0]
        if self._rows is None:
            return keys[:, :, : self._seen], values[:, :, : self._seen]
        return keys[rows, :, : self._seen], values[rows, :, : self._seen]

    def layer(self, index: int, heads: int, size: int, device: torch.device) -> Tensor:
        """Keys and values of a layer; made when it is first met."""
        while len(self.kept) <= index:
            shape = (self.slots, heads, self.length, 2, size)
            self.kept.append(torch.zeros(shape, dtype=self.dtype, device=device))
        return self.kept[index]

    def rows(self, rows: Tensor | None, heads: int) -> Tensor:
        """Where slots ``rows``, or all, begin in a layer seen as rows, ``(n, heads)``."""
        if self._every is None:
            first = torch.arange(self.slots * heads, device=self.kept[0].device) * self.length
            self._every = first.view(-1, heads)
        return self._every if rows is None else self._every[rows]

    def take(self, rows: Tensor, length: int) -> list[Tensor]:
        """A copy of the first keys and values of slots ``rows``, a tensor a layer."""
        return [kept[rows, :, :length] for kept in self.kept]

    def put(self, row: int, taken: list[Tensor], place: int, length: int) -> None:
        """Begin a slot with the first of what was taken from another, the ``place``-th of them."""
        for kept, own in zip(self.kept, taken, strict=True):
            kept[row, :, :length] = own[place, :, :length]

    def keep(self, rows: Tensor) -> SlotCache:
        """A cache of some of the slots, chosen by ``bool of shape (slots,)``."""
        other = SlotCache(int(rows.sum()), self.length, self.dtype)
        other.kept = [kept[rows] for kept in self.kept]
        return other

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """How many tokens the longest slot holds."""
        return self._seen

    def get_mask_sizes(self, query_length: int, layer_idx: int) -> tuple[int, int]:
        """Sizes of the mask; the 4-D mask is always given, so models do not ask."""
        return self._seen or query_length, 0
