"""What many rows are told in one step: as infos by row, or as one info of arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, count
from typing import Any

import numpy as np
import numpy.typing as npt

from persona_env.rewards import Reason, Verdict

Info = dict[str, Any]
Mask = npt.NDArray[np.bool_]
Names = tuple[str, ...]
Reasons = dict[str, tuple[Reason, ...]]
NUMBERS = frozenset({int, float, bool})
LISTS = 1024  # lists of keys that are remembered with the names of their masks


class Told:
    """What rows are told in one step, before it is put in dicts or arrays.

    ``begun``
        Infos of rows that begin an episode.
    ``answered``
        Infos and verdicts of the other rows whose turn ended.
    ``final``
        Of rows that ended and began again: what was seen last, the info and the verdict.

    A verdict is ``None`` where it may not be told (:attr:`PersonaEnv.tells_user`).
    """

    __slots__ = ("answered", "begun", "final")

    def __init__(self, begun: dict[int, Info]) -> None:
        self.begun = begun
        self.answered: dict[int, tuple[Info, Verdict | None]] = {}
        self.final: dict[int, tuple[Any, Info, Verdict | None]] = {}

    def by_row(self) -> dict[int, Info]:
        """One info for each row that is told something."""
        infos = dict(self.begun)
        for row, (info, verdict) in self.answered.items():
            infos[row] = _with(info, verdict)
        for row, (seen, info, verdict) in self.final.items():
            last = {"final_obs": seen, "final_info": _with(info, verdict)}
            infos[row] = last | self.begun[row]
        return infos

    def in_arrays(self, size: int) -> Info:
        """What :func:`batch_infos` makes of :meth:`by_row`, without the dicts."""
        batched: Info = {}
        if self.final:
            rows, mask = _chosen(self.final, size)
            seen, last, verdicts = zip(*self.final.values(), strict=True)
            final = _verdicts(rows, verdicts, mask)
            _add(final, rows, last, mask)
            batched["final_obs"] = _column("final_obs", rows, seen, mask)
            batched["final_info"] = final
            batched["_final_obs"] = batched["_final_info"] = mask
            if not self.answered:  # those that begin are those that ended
                _add(batched, rows, [*self.begun.values()], mask)
                return batched
        infos = self.begun
        if self.answered:
            rows, mask = _chosen(self.answered, size)
            answers, verdicts = zip(*self.answered.values(), strict=True)
            batched |= _verdicts(rows, verdicts, mask)
            infos = infos | dict(zip(rows, answers, strict=True))
        return batched | batch_infos(infos, size) if infos else {}


def _with(info: Info, verdict: Verdict | None) -> Info:
    return dict(info) if verdict is None else info | verdict.info()


def batch_infos(infos: Mapping[int, Info], size: int) -> Info:
    """What :class:`gymnasium.vector.VectorEnv` makes of the infos of some of ``size`` rows.

    A number becomes an array of its type, a dict a dict of such arrays, anything else (and the
    observation ``final_obs``) an object array; ``_key``, ``bool of shape (size,)``, marks the rows
    that have the key, and is one array for all keys of the same rows.

    >>> batch_infos({0: {"turn": 1}, 2: {"turn": 2}}, size=3)
    {'turn': array([1, 0, 2]), '_turn': array([ True, False,  True])}
    """
    batched: Info = {}
    rows, mask = _chosen(infos, size)
    _add(batched, rows, [*infos.values()], mask)
    return batched


def _add(batched: Info, rows: list[int], infos: Sequence[Info], everyone: Mask) -> None:
    """Add the infos of these rows; ``everyone`` marks all of them."""
    for key in dict.fromkeys(chain.from_iterable(infos)):
        values = [info[key] for info in infos if key in info]
        having, mask = rows, everyone
        if len(values) < len(rows):
            some = [row for row, info in zip(rows, infos, strict=True) if key in info]
            having, mask = _chosen(some, len(everyone))
        batched[key], batched[f"_{key}"] = _column(key, having, values, mask), mask


def _column(key: str, rows: list[int], values: Sequence[Any], mask: Mask) -> Any:
    """What some rows have under one key; ``mask`` marks these rows."""
    first = values[0]
    kind = type(first)
    if kind in NUMBERS:
        array = np.zeros(len(mask), kind)
    elif key != "final_obs" and isinstance(first, dict):
        batched: Info = {}
        _add(batched, rows, values, mask)
        return batched
    elif isinstance(first, np.ndarray):
        array = np.zeros((len(mask), *first.shape), first.dtype)
    elif isinstance(first, np.number):
        array = np.zeros(len(mask), kind)
    else:
        array = np.empty(len(mask), object)  # of None
    for row, value in zip(rows, values):  # noqa: B905 - as many, and strict takes time
        array[row] = value
    return array


def _verdicts(rows: list[int], verdicts: Sequence[Verdict | None], everyone: Mask) -> Info:
    """The entries of :meth:`Verdict.info` for the rows that may be told them."""
    told = [one for one in verdicts if one is not None]
    if len(told) == len(rows):
        return _told(rows, told, everyone)
    some = [row for row, one in zip(rows, verdicts, strict=True) if one is not None]
    return _told(some, told, _chosen(some, len(everyone))[1]) if told else {}


def _told(rows: list[int], verdicts: Sequence[Verdict], everyone: Mask) -> Info:
    """Entries of these rows; the mask of a term marks those to which it applies."""
    coverage = np.zeros(len(everyone))
    coverage[rows] = [one.coverage for one in verdicts]
    return {
        "reward_terms": _numbers(rows, [v.terms for v in verdicts], everyone),
        "_reward_terms": everyone,
        "reward_weights": _numbers(rows, [v.weights for v in verdicts], everyone),
        "_reward_weights": everyone,
        "reward_gates": _numbers(rows, [v.gates for v in verdicts], everyone),
        "_reward_gates": everyone,
        "reward_reasons": _reasons(rows, [v.reasons for v in verdicts], len(everyone)),
        "_reward_reasons": everyone,
        "reward_unread": _numbers(rows, [v.unread for v in verdicts], everyone),
        "_reward_unread": everyone,
        "reward_coverage": coverage, "_reward_coverage": everyone,
    }  # fmt: skip


def _numbers(rows: list[int], entries: Sequence[Mapping[str, float]], everyone: Mask) -> Info:
    """Numbers by name as rows of one array; names that all rows have share their mask."""
    size, names = len(everyone), tuple(dict.fromkeys(chain.from_iterable(entries)))
    if not names:
        return {}
    if all(map(len(names).__eq__, map(len, entries))):  # alike, in one order as all verdicts are
        block = np.zeros((len(names), size))
        values = chain.from_iterable(one.values() for one in entries)
        found = np.fromiter(values, np.float64, len(rows) * len(names))
        block[:, rows] = found.reshape(len(rows), -1).T
        batched: Info = dict.fromkeys(_with_masks(names), everyone)
        batched.update(zip(names, block, strict=True))
        return batched
    first = dict(zip(names, count(0, size)))  # where a name begins if all is seen as one row
    flat, masks = np.zeros(len(names) * size), np.zeros(len(names) * size, np.bool_)
    for row, one in zip(rows, entries, strict=True):
        for name, value in one.items():
            place = first[name] + row
            flat[place], masks[place] = value, True
    columns = zip(flat.reshape(-1, size), masks.reshape(-1, size), strict=True)
    return dict(zip(_with_masks(names), chain.from_iterable(columns), strict=True))


def _reasons(rows: list[int], reasons: Sequence[Reasons], size: int) -> Info:
    """Lists of reasons; each term has some in some of the rows."""
    names = tuple(dict.fromkeys(chain.from_iterable(reasons)))
    if not names:
        return {}
    first = dict(zip(names, count(0, size)))  # where a name begins if all is seen as one row
    block, masks = np.empty(len(names) * size, object), np.zeros(len(names) * size, np.bool_)
    for row, found in zip(rows, reasons, strict=True):
        for name, spans in found.items():
            place = first[name] + row
            block[place], masks[place] = list(spans), True
    columns = zip(block.reshape(-1, size), masks.reshape(-1, size), strict=True)
    return dict(zip(_with_masks(names), chain.from_iterable(columns), strict=True))


@lru_cache(maxsize=LISTS)
def _with_masks(keys: Names) -> Names:
    """Each key and the name of its mask."""
    return tuple(name for key in keys for name in (key, f"_{key}"))


def _chosen(rows: Iterable[int], size: int) -> tuple[list[int], Mask]:
    """These rows as a list, and as a mask that cannot be written to, since keys share it."""
    chosen, mask = list(rows), np.zeros(size, np.bool_)
    for row in chosen:
        mask[row] = True
    mask.setflags(write=False)
    return chosen, mask
