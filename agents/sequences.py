"""Encode each episode once: rows that are beginnings of one another share a forward pass.

A rollout stores one observation a token, each the one before plus a token. Re-encoding every
prefix is quadratic; a causal model gives all of them in one pass over the longest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

TOKENS_A_PASS = 8192


def longest_of(
    tokens: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Which rows to encode, and for each row the index among them of one that begins with it.

    ``tokens (B, L)`` and ``lengths (B,)``; sorted as bytes, beginnings stand before what they
    begin, so one comparison of neighbours finds every chain.

    >>> longest_of(np.array([[5, 6, 0], [5, 0, 0], [7, 0, 0]]), np.array([2, 1, 1]))
    (array([0, 2]), array([0, 0, 1]))
    """
    inside = np.arange(tokens.shape[1]) < lengths[:, None]
    keys = np.where(inside, tokens + 1, 0).astype(">u4")
    order = np.argsort(keys.view(f"V{keys.shape[1] * 4}").ravel(), kind="stable")
    ordered, inside = keys[order], inside[order]
    is_beginning = np.zeros(len(order), dtype=bool)
    is_beginning[:-1] = ((ordered[:-1] == ordered[1:]) | ~inside[:-1]).all(1)
    ends = np.flatnonzero(~is_beginning)  # in sorted order, the last of each chain
    chain = np.empty(len(order), dtype=np.int64)
    chain[order] = np.searchsorted(ends, np.arange(len(order)))
    return order[ends], chain


def encode(model: Any, tokens: Tensor, attention_mask: Tensor) -> Tensor:
    """The last hidden state at each row's last token, ``(B, D)``; each chain is encoded once."""
    lengths = attention_mask.sum(1).long()
    kept, chain = longest_of(tokens.cpu().numpy(), lengths.cpu().numpy())
    rows = torch.as_tensor(kept, device=tokens.device)
    owner = torch.as_tensor(chain, device=tokens.device)
    states, wanted = [], []
    for group in _by_length(lengths[rows]):
        width = int(lengths[rows[group]].max())
        hidden = base_of(model)(input_ids=tokens[rows[group], :width]).last_hidden_state
        place = torch.full((len(rows),), -1, device=tokens.device)
        place[group] = torch.arange(len(group), device=tokens.device)
        mine = (place[owner] >= 0).nonzero().flatten()
        states.append(hidden[place[owner[mine]], lengths[mine] - 1])
        wanted.append(mine)
    order = torch.cat(wanted).argsort()
    return torch.cat(states)[order]


def base_of(model: Any) -> Any:
    """The transformer below the language-model head."""
    return model.base_model


def _by_length(lengths: Tensor) -> Iterator[Tensor]:
    order = lengths.argsort(descending=True)
    start = 0
    while start < len(order):
        count = max(1, TOKENS_A_PASS // int(lengths[order[start]]))
        yield order[start : start + count]
        start += count
