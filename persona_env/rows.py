"""Rows of data that a user brings, from CSV, JSONL or JSON, and the texts in their cells.

A text may be written as chat messages, as OpenAI and TRL do: ``{"role": ..., "content": ...}``, or
a list of them. Then it is the content of the last message of the role that is asked for.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal

from persona_env.errors import PersonaEnvError
from persona_env.files import Kind, parse_json, read_text

Role = Literal["user", "assistant"]
ENDINGS = (".csv", ".jsonl", ".json")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column, where it stands, and the class of its errors."""

    cells: Mapping[str, Any]
    where: str
    kind: Kind

    def error(self, said: str) -> PersonaEnvError:
        """An error about this row."""
        return self.kind(f"{self.where}: {said}")

    def require(self, columns: Sequence[str]) -> None:
        """Raise an error that names those of ``columns`` which are missing or blank."""
        missing = [name for name in columns if is_blank(self.cells.get(name))]
        if missing:
            raise self.error(
                f"lacks {missing}; a row needs {list(columns)} and this one has "
                f"{sorted(map(str, self.cells))}"
            )

    def text(self, column: str, role: Role = "user") -> str:
        """The text of a cell, which must not be blank."""
        found = self.optional(column, role)
        if not found.strip():
            raise self.error(f"column {column!r} is missing or blank")
        return found

    def optional(self, column: str, role: Role = "user") -> str:
        """The text of a cell; ``""`` where the column is missing, null or not a number (NaN)."""
        value = self.cells.get(column)
        if is_missing(value):
            return ""
        found = text_of(value, role)
        if found is None:
            raise self.error(
                f"{column!r} is not a text but {type(value).__name__}; give a text, or chat "
                f"messages whose last one of role {role!r} is a text"
            )
        return found


def read_rows(path: Path, kind: Kind = PersonaEnvError) -> list[Row]:
    """The rows of a file, which is read by its ending (:data:`ENDINGS`, in any case).

    JSONL holds an object a line; JSON a list of objects, or an object of them by id. Raises
    ``kind``, which names the file and the row.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise kind(f"{path}: rows are read from {', '.join(ENDINGS)}, not {path.suffix!r}")
    found = {".csv": _csv, ".jsonl": _lines, ".json": _listed}[ending]
    rows = []
    for place, cells in found(path, read_text(path, kind), kind):
        where = f"{path}, {place}"
        if not isinstance(cells, dict):
            raise kind(f"{where}: not an object but {type(cells).__name__}")
        rows.append(Row(cells, where, kind))
    return rows


def text_of(value: Any, role: Role) -> str | None:
    """A text as it is, of chat messages the last one of ``role``; ``None`` if there is no text.

    >>> text_of([{"role": "system", "content": "Hm."}, {"role": "user", "content": "Why?"}], "user")
    'Why?'
    """
    if isinstance(value, str):
        return value
    messages = [value] if isinstance(value, Mapping) else value
    if not isinstance(messages, list | tuple):
        return None
    said = [m.get("content") for m in messages if isinstance(m, Mapping) and m.get("role") == role]
    return _content(said[-1]) if said else None


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing: ``None``, or the NaN that pandas writes for it."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def is_blank(value: Any) -> bool:
    """Whether a cell is missing, or a text of blanks."""
    return is_missing(value) or (isinstance(value, str) and not value.strip())


def _content(content: Any) -> str | None:
    """A message's content: a text, or parts that all are texts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list | tuple) or not content:
        return None
    parts = [p.get("text") if isinstance(p, Mapping) else None for p in content]
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if len(texts) == len(parts) else None


def _csv(path: Path, text: str, kind: Kind) -> Iterator[tuple[str, Any]]:
    # Strict: a quote that is never closed would swallow the rest of the file.
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise kind(f"{path}: the header holds {repeated} more than once")
        for number, cells in enumerate(filter(None, reader), start=1):
            if len(cells) > len(names):
                raise kind(
                    f"{path}, row {number}: {len(cells)} cells for {len(names)} columns; put a "
                    "cell that holds commas in quotes"
                )
            yield f"row {number}", dict(zip_longest(names, cells))
    except csv.Error as error:
        raise kind(f"{path}, line {reader.line_num}: {error}") from error


def _lines(path: Path, text: str, kind: Kind) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):  # other ends may stand in a text
        if line.strip():
            yield f"line {number}", parse_json(line, f"{path}, line {number}", kind)


def _listed(path: Path, text: str, kind: Kind) -> Iterable[tuple[str, Any]]:
    data = parse_json(text, str(path), kind)
    if isinstance(data, dict):
        return ((f"row {name!r}", cells) for name, cells in data.items())
    if not isinstance(data, list):
        raise kind(f"{path}: expected a list of objects, not {type(data).__name__}")
    return ((f"row {number}", cells) for number, cells in enumerate(data, start=1))
