"""Infos of single rows as one info of arrays, key by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

Info = dict[str, Any]
Rows = npt.NDArray[np.intp]


def batch_infos(infos: Mapping[int, Info], size: int) -> Info:
    """What :class:`gymnasium.vector.VectorEnv` makes of the infos of some of ``size`` rows.

    A number becomes an array of its type, a dict a dict of such arrays, anything else (and the
    observation ``final_obs``) an object array; ``_key``, ``bool of shape (size,)``, marks the rows
    that have the key. The result is that of ``VectorEnv._add_info`` row after row, but a key is
    looked at once instead of once a row.

    >>> batch_infos({0: {"turn": 1}, 2: {"turn": 2}}, size=3)
    {'turn': array([1, 0, 2]), '_turn': array([ True, False,  True])}
    """
    return _batch(np.array(list(infos), dtype=np.intp), list(infos.values()), size)


def _batch(rows: Rows, infos: Sequence[Info], size: int) -> Info:
    everyone = _mask(rows, size)
    keys = infos[0].keys()
    alike = all([info.keys() == keys for info in infos])
    if alike and _numbers(infos):
        return _columns(rows, infos, everyone)
    batched: Info = {}
    for key in keys if alike else dict.fromkeys(chain.from_iterable(infos)):
        having, mask = rows, everyone
        values = [info[key] for info in infos if alike or key in info]
        if len(values) < len(infos):
            having = rows[[key in info for info in infos]]
            mask = _mask(having, size)
        if key == "final_obs":
            batched[key] = _objects(having, values, size)
        elif isinstance(values[0], dict):
            batched[key] = _batch(having, values, size) if any(values) else {}
        else:
            batched[key] = _array(having, values, size)
        batched[f"_{key}"] = mask.copy()
    return batched


def _numbers(infos: Sequence[Info]) -> bool:
    """Whether infos of the same keys hold floats alone, as reward terms and weights do."""
    return all({*map(type, info.values())} == {float} for info in infos)


def _columns(rows: Rows, infos: Sequence[Info], everyone: npt.NDArray[np.bool_]) -> Info:
    """The same for numbers, whose arrays are rows of one that is filled at once."""
    keys, size = list(infos[0]), len(everyone)
    block = np.zeros((len(keys), size))
    block[:, rows] = np.array([[info[key] for key in keys] for info in infos]).T
    masks = np.repeat(everyone[None], len(keys), axis=0)
    batched: Info = {}
    for key, values, mask in zip(keys, block, masks, strict=True):
        batched[key], batched[f"_{key}"] = values, mask
    return batched


def _mask(rows: Rows, size: int) -> npt.NDArray[np.bool_]:
    mask = np.zeros(size, dtype=np.bool_)
    mask[rows] = True
    return mask


def _array(rows: Rows, values: Sequence[Any], size: int) -> npt.NDArray[Any]:
    first = values[0]
    if isinstance(first, np.ndarray):
        array = np.zeros((size, *first.shape), dtype=first.dtype)
    elif type(first) in (int, float, bool) or isinstance(first, np.number):
        array = np.zeros(size, dtype=type(first))
    else:
        return _objects(rows, values, size)
    array[rows] = values
    return array


def _objects(rows: Rows, values: Sequence[Any], size: int) -> npt.NDArray[Any]:
    array = np.empty(size, dtype=object)  # of None
    for row, value in zip(rows.tolist(), values, strict=True):
        array[row] = value
    return array
