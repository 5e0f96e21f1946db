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
Keys = tuple[str, ...]
NUMBERS = frozenset({int, float, bool})
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
    keys = tuple(infos[0])
    for info in infos:
        if tuple(info) != keys:
            return _unlike(rows, infos, len(everyone))
    columns = [*zip(*[info.values() for info in infos])]  # noqa: B905 - they have the same keys
    tables = _tables(rows, keys, columns, everyone)
    batched: Info = {}
    for key, mask_key, values in zip(keys, _masks(keys), columns, strict=True):
        batched[key] = tables[key] if key in tables else _entry(key, rows, values, everyone)
        batched[mask_key] = everyone.copy()
    return batched


def _tables(
    rows: list[int], keys: Keys, columns: Sequence[Sequence[Any]], everyone: Mask
) -> dict[str, Info]:
    """The columns of dicts of floats, as those of reward terms: all arrays are rows of one."""
    tables = {
        key: values
        for key, values in zip(keys, columns, strict=True)
        if type(values[0]) is dict and values[0] and _are_floats(key, values)
    }
    if not tables:
        return {}
    each = zip(*tables.values(), strict=True)
    found = np.array([[*chain.from_iterable(map(dict.values, dicts))] for dicts in each])
    if found.dtype != np.float64:
        return {}
    block = np.zeros((found.shape[1], len(everyone)))
    block[:, rows] = found.T
    arrays, masks = iter(block), iter(np.repeat(everyone[None], len(block), axis=0))
    return {key: _together(values[0], arrays, masks) for key, values in tables.items()}


def _are_floats(key: str, values: Sequence[Info]) -> bool:
    """Whether dicts have the same keys in one order, and the first one has floats."""
    first = values[0]
    if key == "final_obs" or {*map(type, first.values())} != {float}:
        return False
    keys = [*first]
    return all([[*value] == keys for value in values])


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
def _names(keys: Keys) -> Keys:
    """Each key and the name of its mask."""
    return tuple(name for pair in zip(keys, _masks(keys), strict=True) for name in pair)


@lru_cache(maxsize=KEYS)
def _masks(keys: Keys) -> Keys:
    return tuple(f"_{key}" for key in keys)


def _entry(key: str, rows: list[int], values: Sequence[Any], mask: Mask) -> Any:
    """What some rows have under one key; ``mask`` marks these rows."""
    first = values[0]
    kind = type(first)
    if kind in NUMBERS:
        array = np.zeros(len(mask), kind)
    elif key != "final_obs" and isinstance(first, dict):
        return _batch(rows, values, mask) if any(values) else {}
    elif isinstance(first, np.ndarray):
        array = np.zeros((len(mask), *first.shape), first.dtype)
    elif isinstance(first, np.number):
        array = np.zeros(len(mask), kind)
    else:
        array = np.empty(len(mask), object)  # of None
    for row, value in zip(rows, values, strict=True):
        array[row] = value
    return array


def _mask(rows: Sequence[int], size: int) -> Mask:
    mask = np.zeros(size, np.bool_)
    for row in rows:
        mask[row] = True
    return mask
