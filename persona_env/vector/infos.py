"""Infos of single rows as one info of arrays, key by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

Info = dict[str, Any]
Mask = npt.NDArray[np.bool_]
NUMBERS = (int, float, bool)


def batch_infos(infos: Mapping[int, Info], size: int) -> Info:
    """What :class:`gymnasium.vector.VectorEnv` makes of the infos of some of ``size`` rows.

    A number becomes an array of its type, a dict a dict of such arrays, anything else (and the
    observation ``final_obs``) an object array; ``_key``, ``bool of shape (size,)``, marks the rows
    that have the key. The result is that of ``VectorEnv._add_info`` row after row, but a key is
    looked at once instead of once a row.

    >>> batch_infos({0: {"turn": 1}, 2: {"turn": 2}}, size=3)
    {'turn': array([1, 0, 2]), '_turn': array([ True, False,  True])}
    """
    rows = list(infos)
    return _batch(rows, list(infos.values()), _mask(rows, size))


def _batch(rows: list[int], infos: Sequence[Info], everyone: Mask) -> Info:
    keys = list(infos[0])
    if not all([list(info) == keys for info in infos]):
        return _unlike(rows, infos, len(everyone))
    columns = [*zip(*[info.values() for info in infos], strict=True)]
    if columns and type(columns[0][0]) is float and _floats(columns):
        return _block(keys, rows, columns, everyone)
    batched: Info = {}
    for key, values in zip(keys, columns, strict=True):
        batched[key] = _entry(key, rows, values, everyone)
        batched[f"_{key}"] = everyone.copy()
    return batched


def _unlike(rows: list[int], infos: Sequence[Info], size: int) -> Info:
    """The same for infos of different keys, or in another order."""
    batched: Info = {}
    for key in dict.fromkeys(chain.from_iterable(infos)):
        having = [row for row, info in zip(rows, infos, strict=True) if key in info]
        mask = _mask(having, size)
        batched[key] = _entry(key, having, [info[key] for info in infos if key in info], mask)
        batched[f"_{key}"] = mask
    return batched


def _floats(columns: Sequence[Sequence[Any]]) -> bool:
    """Whether all values are floats, as those of reward terms and weights."""
    return all([{*map(type, values)} == {float} for values in columns])


def _block(keys: list[str], rows: list[int], columns: Sequence[Any], everyone: Mask) -> Info:
    """The same for floats, whose arrays are rows of one that is filled at once."""
    block = np.zeros((len(keys), len(everyone)))
    block[:, rows] = columns
    masks = np.repeat(everyone[None], len(keys), axis=0)
    batched: Info = {}
    for key, values, mask in zip(keys, block, masks, strict=True):
        batched[key], batched[f"_{key}"] = values, mask
    return batched


def _entry(key: str, rows: list[int], values: Sequence[Any], mask: Mask) -> Any:
    """What some rows have under one key; ``mask`` marks these rows."""
    first, size = values[0], len(mask)
    kind = type(first)
    if isinstance(first, dict) and key != "final_obs":
        return _batch(rows, values, mask) if any(values) else {}
    if kind in NUMBERS or isinstance(first, np.number):
        array = np.zeros(size, dtype=kind)
    elif isinstance(first, np.ndarray):
        array = np.zeros((size, *first.shape), dtype=first.dtype)
    else:
        array = np.empty(size, dtype=object)  # of None
    for row, value in zip(rows, values, strict=True):
        array[row] = value
    return array


def _mask(rows: Sequence[int], size: int) -> Mask:
    mask = np.zeros(size, dtype=np.bool_)
    for row in rows:
        mask[row] = True
    return mask
