"""How rows of data lie in files: CSV, JSONL, JSON, Parquet, and data sets of the hub."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from io import StringIO
from itertools import zip_longest
from pathlib import Path
from typing import Any

from persona_env.errors import PersonaEnvError
from persona_env.files import Kind, parse_json, read_text

HUB = "hub:"
AT_ONCE = 1024  # rows of Parquet in memory as Python objects


def enumerate_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The cells of each row of a table, with its number from 1 on."""
    return ((f"row {number}", dict(cells)) for number, cells in enumerate(rows, start=1))


def find_data_set(name: str, kind: Kind = PersonaEnvError) -> Any:
    """The data set ``hub:NAME:SPLIT`` or ``hub:NAME:CONFIG:SPLIT`` of the Hugging Face hub, or a
    folder that ``datasets`` reads.

    Raises ``kind`` where it cannot be had, and :class:`PersonaEnvError` without ``datasets``.
    """
    parts = name.removeprefix(HUB).split(":")
    if len(parts) not in (2, 3) or not all(parts):
        raise kind(
            f"{name!r}: give hub:NAME:SPLIT or hub:NAME:CONFIG:SPLIT, such as "
            "'hub:org/questions:train'"
        )
    try:
        datasets = import_module("datasets")
    except ImportError as error:
        raise PersonaEnvError(
            f"{name!r} needs 'datasets': pip install 'persona_env[suites]', or give a .jsonl file"
        ) from error
    repository, *config, split = parts
    try:
        return datasets.load_dataset(repository, *config, split=split)
    except (OSError, ValueError) as error:
        raise kind(f"{name}: {type(error).__name__}: {error}") from error


def find_pyarrow() -> tuple[Any, Any]:
    """``pyarrow`` and ``pyarrow.parquet``; raises :class:`PersonaEnvError` without them."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise PersonaEnvError(
            "Parquet needs 'pyarrow': pip install 'persona_env[suites]', or give a .jsonl file"
        ) from error


def _csv(path: Path, kind: Kind) -> Iterator[tuple[str, Any]]:
    # Strict: a quote that is never closed would swallow the rest of the file.
    reader = csv.reader(StringIO(read_text(path, kind), newline=""), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise kind(f"{path}: the header holds {repeated} more than once")
        for number, cells in enumerate(filter(None, reader), start=1):
            if len(cells) > len(names):
                yield (
                    f"row {number}",
                    kind(
                        f"{path}, row {number}: {len(cells)} cells for {len(names)} columns; put a "
                        "cell that holds commas in quotes"
                    ),
                )
            else:
                yield f"row {number}", dict(zip_longest(names, cells))
    except csv.Error as error:
        raise kind(f"{path}, line {reader.line_num}: {error}") from error


def _lines(path: Path, kind: Kind) -> Iterator[tuple[str, Any]]:
    # Other ends of lines may stand in a text.
    for number, line in enumerate(read_text(path, kind).split("\n"), start=1):
        if line.strip():
            try:
                yield f"line {number}", parse_json(line, f"{path}, line {number}", kind)
            except kind as error:
                yield f"line {number}", error


def _listed(path: Path, kind: Kind) -> Iterable[tuple[str, Any]]:
    data = parse_json(read_text(path, kind), str(path), kind)
    if isinstance(data, dict):
        return ((f"row {name!r}", cells) for name, cells in data.items())
    if not isinstance(data, list):
        raise kind(f"{path}: expected a list of objects, not {type(data).__name__}")
    return ((f"row {number}", cells) for number, cells in enumerate(data, start=1))


def _parquet(path: Path, kind: Kind) -> Iterator[tuple[str, Any]]:
    arrow, parquet = find_pyarrow()
    try:
        with parquet.ParquetFile(path) as file:
            parts = file.iter_batches(batch_size=AT_ONCE)
            yield from enumerate_rows(cells for part in parts for cells in part.to_pylist())
    except (OSError, arrow.ArrowException) as error:
        raise kind(f"{path}: no Parquet file: {error}") from error


FORMATS: dict[str, Callable[[Path, Kind], Iterable[tuple[str, Any]]]] = {
    ".csv": _csv, ".jsonl": _lines, ".json": _listed, ".parquet": _parquet,
}  # fmt: skip
"""By ending: where each row stands, and its cells or the error that it is."""
