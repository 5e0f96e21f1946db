"""Infos of single rows as one info of arrays, key by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

Info = dict[str, Any]
Mask = npt.NDArray[np.bool_]
NUMBERS = (int, float, bool)
KEYS = 1024  # lists of keys that are remembered with the names of their masks


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
    keys = infos[0].keys()
    if not all([info.keys() == keys for info in infos]):
        return _unlike(rows, infos, len(everyone))
    tables = _tables(rows, infos, everyone)
    batched: Info = {}
    for key in keys:
        entry = tables.get(key)
        batched[key] = (
            _entry(key, rows, [i[key] for i in infos], everyone) if entry is None else entry
        )
        batched[f"_{key}"] = everyone.copy()
    return batched


def _tables(rows: list[int], infos: Sequence[Info], everyone: Mask) -> dict[str, Info]:
    """The same for dicts of floats, as those of reward terms: all arrays are rows of one."""
    tables = {key: [*value] for key, value in infos[0].items() if _is_table(key, value, infos)}
    found = [[*chain.from_iterable([info[key].values() for key in tables])] for info in infos]
    values = np.array(found)
    if not tables or values.dtype != np.float64:
        return {}
    block = np.zeros((values.shape[1], len(everyone)))
    block[:, rows] = values.T
    arrays, masks = iter(block), iter(np.repeat(everyone[None], len(block), axis=0))
    return {key: _together(names, arrays, masks) for key, names in tables.items()}


def _is_table(key: str, value: Any, infos: Sequence[Info]) -> bool:
    """Whether every row has a dict here, of the same keys in one order, the first one of floats."""
    if type(value) is not dict or key == "final_obs" or {*map(type, value.values())} != {float}:
        return False
    names = [*value]
    return all([[*info[key]] == names for info in infos])


def _unlike(rows: list[int], infos: Sequence[Info], size: int) -> Info:
    """The same for infos of different keys."""
    if {*map(type, chain.from_iterable(map(dict.values, infos)))} == {list}:
        return _lists(rows, infos, size)
    batched: Info = {}
    for key in dict.fromkeys(chain.from_iterable(infos)):
        having = [row for row, info in zip(rows, infos, strict=True) if key in info]
        mask = _mask(having, size)
        batched[key] = _entry(key, having, [info[key] for info in infos if key in info], mask)
        batched[f"_{key}"] = mask
    return batched


def _lists(rows: list[int], infos: Sequence[Info], size: int) -> Info:
    """The same for lists, as those of reasons."""
    places = {key: place for place, key in enumerate(dict.fromkeys(chain.from_iterable(infos)))}
    block = np.full((len(places), size), None, dtype=object)
    masks = np.zeros((len(places), size), dtype=np.bool_)
    for row, info in zip(rows, infos, strict=True):
        for key, value in info.items():
            place = places[key]
            block[place, row] = value
            masks[place, row] = True
    return _together(places, block, masks)


def _together(keys: Iterable[str], arrays: Iterable[Any], masks: Iterable[Any]) -> Info:
    """Each key with the next array, behind it the next mask."""
    pairs = zip(arrays, masks, strict=False)
    return dict(zip(_names(tuple(keys)), chain.from_iterable(pairs), strict=False))


@lru_cache(maxsize=KEYS)
def _names(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for key in keys for name in (key, f"_{key}"))


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
