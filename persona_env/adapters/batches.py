"""Batches of rows: dicts of arrays, pandas data frames, Arrow tables, none of which is imported."""

from __future__ import annotations

from typing import Any

import numpy as np


def names_of(batch: Any) -> list[str]:
    """The names of a batch's columns."""
    return list(batch.column_names if _is_table(batch) else batch)


def cells_of(batch: Any, name: str) -> list[Any]:
    """The cells of a column; ``None`` for a null of pandas or Arrow."""
    column = batch[name]
    if isinstance(batch, dict):
        return list(column)
    if _is_table(batch):
        return list(column.to_pylist())
    return list(column.astype(object).where(column.notna(), None))  # pandas has nulls of its own


def with_columns(batch: Any, columns: dict[str, Any]) -> Any:
    """The batch with these in place of its columns of the same name; lists hold texts."""
    if isinstance(batch, dict):
        return {**batch, **{name: _array(cells) for name, cells in columns.items()}}
    if not _is_table(batch):
        return batch.assign(**columns)
    kept = batch.drop_columns([name for name in columns if name in batch.column_names])
    for name, cells in columns.items():
        kept = kept.append_column(name, [cells])
    return kept


def _array(cells: Any) -> Any:
    return np.array(cells, dtype=object) if isinstance(cells, list) else cells


def _is_table(batch: Any) -> bool:
    return type(batch).__module__.partition(".")[0] == "pyarrow"
