"""Prompts read into the slots of a cache, and one more token for each: what sampling does.

For a small Llama :class:`.llama_decode.LlamaDecoder` does the arithmetic on fused weights, for
other models their own forward runs (:class:`PlainDecoder`).
"""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from .cache import SlotCache, keyword_of
from .llama import is_small_llama
from .llama_decode import LlamaDecoder
from .sequences import base_of


class Decoder(Protocol):
    """Both return last hidden states, ``(n, D)``; ``lengths`` counts what is given now, too."""

    def prefill(
        self, ids: Tensor, cache: SlotCache, rows: Tensor | None, lengths: Tensor
    ) -> Tensor:
        """Read right-padded prompts ``ids (n, T)`` into slots ``rows (n,)``, or into all."""

    def step(self, ids: Tensor, cache: SlotCache, rows: Tensor | None, lengths: Tensor) -> Tensor:
        """Append ``ids (n,)`` to slots ``rows (n,)``, or to all of them."""


class PlainDecoder:
    """The model's own forward pass."""

    def __init__(self, model: Any) -> None:
        self.base = base_of(model)
        self.keyword = keyword_of(self.base)

    def prefill(
        self, ids: Tensor, cache: SlotCache, rows: Tensor | None, lengths: Tensor
    ) -> Tensor:
        """See :class:`Decoder`."""
        places = torch.arange(len(ids), device=ids.device)
        where = cache.prefill(places if rows is None else rows, lengths)
        return self._run(ids, cache, where)[places, lengths - 1]

    def step(self, ids: Tensor, cache: SlotCache, rows: Tensor | None, lengths: Tensor) -> Tensor:
        """See :class:`Decoder`."""
        return self._run(ids[:, None], cache, cache.decode(rows, lengths))[:, 0]

    def _run(self, ids: Tensor, cache: SlotCache, where: dict[str, Tensor]) -> Tensor:
        found: Tensor = self.base(ids, use_cache=True, **{self.keyword: cache}, **where)[0]
        return found


def decoder_for(model: Any, length: int) -> Decoder:
    """The fast decoder for a small Llama, else the plain one; up to ``length`` tokens a slot."""
    return LlamaDecoder(model, length) if is_small_llama(model) else PlainDecoder(model)
