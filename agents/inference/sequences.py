"""Encode each episode once, and each prompt once for the episodes that share it.

A rollout stores one observation a token, each the one before plus a token. Re-encoding every
prefix is quadratic; a causal model gives all of them in one pass over the longest. Replies to one
prompt are packed behind it, and the attention mask hides them from each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from .cache import additive

TOKENS_A_PASS = 8192
TOKENS_A_PACK = 256  # a prompt and its replies; attention is quadratic in it
PADDING = 0.7  # packs of a pass are at least this part of its longest

Ints = npt.NDArray[np.int64]
StatesOf = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
"""Last hidden states ``(n, D)`` at ``wanted (n,)``, places in ids seen as one row, given ids and
positions ``(B, T)`` and ``allowed``, ``bool of shape (B, 1, T, T)``: what each token attends to."""


def longest_of(tokens: Ints, lengths: Ints) -> tuple[Ints, Ints]:
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


def prompts_of(tokens: Ints, shortest: Ints, special: tuple[int, ...]) -> Ints:
    """How many tokens of each row are its prompt: up to its last special token (a reply holds
    none), or up to its ``shortest`` known beginning if it has none.

    >>> prompts_of(np.array([[2, 9, 3, 8, 7]]), np.array([4]), special=(2, 3))
    array([3])
    """
    before = np.arange(tokens.shape[1]) < shortest[:, None]
    marks = np.isin(tokens, special) & before
    last = tokens.shape[1] - np.argmax(marks[:, ::-1], axis=1)
    return np.where(marks.any(1), last, shortest).astype(np.int64)


def encode(
    model: Any,
    tokens: Tensor,
    attention_mask: Tensor,
    special: tuple[int, ...] = (),
    states_of: StatesOf | None = None,
    *,
    microbatch: int | None = None,
) -> Tensor:
    """The last hidden state at each row's last token, ``(B, D)``.

    Each chain of rows that begin one another is encoded once, and their prompt with it or, as room
    allows, with other replies to it; ``special`` are the ids that end prompts and that no reply
    holds. ``states_of`` is what reads (default: the model's own transformer).

    With a ``microbatch`` about so many tokens are read at once, and read once more on the way back:
    what a gradient needs of all others is not kept meanwhile.
    """
    states_of = PlainEncoder(base_of(model)) if states_of is None else states_of
    device = tokens.device
    ids, lengths = tokens.cpu().numpy(), attention_mask.sum(1).long().cpu().numpy()
    kept, chain = longest_of(ids, lengths)
    shortest = lengths[kept].copy()
    np.minimum.at(shortest, chain, lengths)
    prompts = prompts_of(ids[kept], shortest, special)
    packs = _packs(ids[kept], prompts, lengths[kept])
    sizes = np.array([prompts[pack[0]] + (lengths[kept] - prompts)[pack].sum() for pack in packs])
    place = np.zeros((len(kept), ids.shape[1]), dtype=np.int64)  # of each token in its pass
    states, order = [], []
    passes = [*_passes(sizes, microbatch or TOKENS_A_PASS)]
    if microbatch and len(passes) > 1:
        states_of = ReadAgain(states_of)
    for group in passes:
        batch, inside = Packed(len(group), int(sizes[group].max())), np.zeros(len(kept), bool)
        for row, pack in enumerate(group):
            for chain_id in packs[pack]:
                where = batch.add(
                    row, ids[kept[chain_id], : lengths[kept[chain_id]]], int(prompts[chain_id])
                )
                place[chain_id, : len(where)] = row * batch.width + where
                inside[chain_id] = True
        rows = np.flatnonzero(inside[chain])
        states.append(batch.encode(states_of, place[chain[rows], lengths[rows] - 1], device))
        order.append(rows)
    back = torch.as_tensor(np.argsort(np.concatenate(order)), device=device)
    return torch.cat(states).index_select(0, back)


class Packed:
    """Rows of one prompt and several replies to it, as arrays ``(rows, width)``."""

    def __init__(self, rows: int, width: int) -> None:
        self.width = width
        self.ids = np.zeros((rows, width), dtype=np.int64)
        self.positions = np.zeros((rows, width), dtype=np.int64)
        self.replies = np.full((rows, width), -1)  # 0 in the prompt, then 1, 2, ...; -1 is padding
        self.used = [0] * rows

    def add(self, row: int, episode: Ints, prompt: int) -> Ints:
        """Put an episode, the prompt with the first; returns the column of each of its tokens."""
        columns, used = np.arange(len(episode)), self.used[row]
        start = prompt if used else 0
        columns[prompt:] += max(0, used - prompt)
        new = columns[start:]
        self.ids[row, new] = episode[start:]
        self.positions[row, new] = np.arange(start, len(episode))
        self.replies[row, columns[prompt:]] = self.replies[row].max() + 1 if used else 1
        self.replies[row, :prompt] = 0
        self.used[row] = max(used, int(columns[-1]) + 1)
        return columns

    def encode(self, states_of: StatesOf, wanted: Ints, device: torch.device) -> Tensor:
        """The last hidden states ``(n, D)`` at these places, row after row."""
        ids, places, part, at = (
            torch.as_tensor(a, device=device)
            for a in (self.ids, self.positions, self.replies, wanted)
        )
        same = (part[:, None, :] == part[:, :, None]) | (part[:, None, :] == 0)
        allowed = same & (places[:, None, :] <= places[:, :, None])
        return states_of(ids, places, allowed[:, None], at)


class PlainEncoder:
    """The forward pass of a transformer."""

    def __init__(self, base: Any) -> None:
        self.base = base

    def __call__(self, ids: Tensor, places: Tensor, allowed: Tensor, wanted: Tensor) -> Tensor:
        """See :data:`StatesOf`."""
        mask = additive(allowed, next(self.base.parameters()).dtype)
        found: Tensor = self.base(
            input_ids=ids, position_ids=places, attention_mask=mask, use_cache=False
        ).last_hidden_state
        return found.flatten(0, 1).index_select(0, wanted)


class ReadAgain:
    """Keeps of a pass its ids alone, and reads them again for the gradient."""

    def __init__(self, reads: StatesOf) -> None:
        self.reads = reads

    def __call__(self, ids: Tensor, places: Tensor, allowed: Tensor, wanted: Tensor) -> Tensor:
        """See :data:`StatesOf`."""
        found: Tensor = checkpoint(self.reads, ids, places, allowed, wanted, use_reentrant=False)
        return found


def base_of(model: Any) -> Any:
    """The transformer below the language-model head."""
    return model.base_model


def _packs(ids: Ints, prompts: Ints, lengths: Ints) -> list[list[int]]:
    """Chains in packs: of one prompt, and of at most ``TOKENS_A_PACK`` tokens if more than one."""
    packs: list[list[int]] = []
    open_pack: dict[bytes, tuple[list[int], int]] = {}
    for i, (row, prompt, length) in enumerate(zip(ids, prompts, lengths, strict=True)):
        key, new = row[:prompt].tobytes(), int(length - prompt)
        pack, used = open_pack.get(key, (None, 0))
        if pack is None or used + new > TOKENS_A_PACK:
            pack, used = [], int(prompt)
            packs.append(pack)
        pack.append(i)
        open_pack[key] = (pack, used + new)
    return packs


def _passes(lengths: Ints, most: int) -> Iterator[Ints]:
    """Rows in groups of like length, each of one row or of at most ``most`` padded tokens."""
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        longest = int(lengths[order[start]])
        stop = start + int((lengths[order[start:]] >= PADDING * longest).sum())
        stop = min(stop, start + max(1, most // longest))
        yield order[start:stop]
        start = stop
