"""Replies to one prompt beside each other in one row, so that the prompt is read once.

A pair of replies to a long prompt costs little more than one of them. A reply attends to its prompt
and to itself, and its positions go on from the prompt, so that what is computed is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

Tokens = tuple[int, ...]
Group = list[int]
REPLIES, ROWS = 8, 4
"""Replies in a row, and rows that are read at a time, at most."""
MASKED = ("llama", "qwen3", "gpt2")
"""Types of models that do as a mask says, and have no memory besides."""
PADDING = -1


class Asked(NamedTuple):
    """A prompt and a reply, as ids."""

    prompt: Tokens
    reply: Tokens


class Pack(NamedTuple):
    """Rows of a model: ids and positions ``(B, T)``, which places may see which ``(B, 1, T, T)``,
    and row and place of each reply's last token."""

    ids: Tensor
    positions: Tensor
    mask: Tensor
    rows: list[int]
    ends: list[int]


def grouped(asked: Sequence[Asked]) -> Iterator[list[Group]]:
    """The places of replies by row, some rows of about one length at a time.

    >>> [*grouped([Asked((1, 2), (3,)), Asked((5,), (6,)), Asked((1, 2), (4,))])]
    [[[1], [0, 2]]]
    """
    same: dict[Tokens, Group] = defaultdict(list)
    for place, one in enumerate(asked):
        same[one.prompt].append(place)
    groups = [
        places[first : first + REPLIES]
        for places in same.values()
        for first in range(0, len(places), REPLIES)
    ]
    groups.sort(key=lambda group: _length([asked[place] for place in group]))
    for first in range(0, len(groups), ROWS):
        yield groups[first : first + ROWS]


def packed(rows: Sequence[Sequence[Asked]], pad: int, device: torch.device) -> Pack:
    """What a model reads for some rows of replies, each of one prompt."""
    width = max(map(_length, rows))
    ids = torch.full((len(rows), width), pad)
    positions = torch.zeros_like(ids)
    parts = torch.full_like(ids, PADDING)  # 0 is the prompt, then a number for each reply
    places, ends = [], []
    for row, asked in enumerate(rows):
        start = len(asked[0].prompt)
        at = 0
        for part, tokens in enumerate([asked[0].prompt, *(one.reply for one in asked)]):
            after = at + len(tokens)
            ids[row, at:after] = torch.tensor(tokens)
            begin = start if part else 0
            positions[row, at:after] = torch.arange(begin, begin + len(tokens))
            parts[row, at:after] = part
            at = after
            if part:
                places.append(row)
                ends.append(at - 1)
    own = parts[:, :, None] == parts[:, None, :]
    mask = (own | (parts[:, None, :] == 0)).tril()[:, None]
    return Pack(ids.to(device), positions.to(device), mask.to(device), places, ends)


def _length(row: Sequence[Asked]) -> int:
    return len(row[0].prompt) + sum(len(one.reply) for one in row)
