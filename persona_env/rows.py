"""Rows of data that a user brings, from CSV, JSONL, JSON or Parquet, and the texts in their cells.

A text may be written as chat messages, as OpenAI and TRL do: ``{"role": ..., "content": ...}``, or
a list of them. Then it is the content of the last message of the role that is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from persona_env.errors import PersonaEnvError
from persona_env.files import Kind
from persona_env.row_files import FORMATS, HUB, enumerate_rows, find_data_set

Role = Literal["user", "assistant"]
ENDINGS = tuple(FORMATS)


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

    JSONL holds an object a line; JSON a list of objects, or an object of them by id; Parquet needs
    ``pyarrow``. Raises ``kind``, which names the file and the row.
    """
    return [*each_row(path, kind)]


def each_row(
    given: str | Path, kind: Kind = PersonaEnvError, bad: list[PersonaEnvError] | None = None
) -> Iterator[Row]:
    """The rows of a file, as :func:`read_rows` has them, or of ``hub:NAME:SPLIT``, one by one.

    A row that is no object is an error; where ``bad`` is given it is put there instead, and the
    others are read.
    """
    if str(given).startswith(HUB):
        found: Iterable[tuple[str, Any]] = enumerate_rows(find_data_set(str(given), kind))
        where = str(given)
    else:
        path = Path(given)
        ending = path.suffix.lower()
        if ending not in ENDINGS:
            raise kind(f"{path}: rows are read from {', '.join(ENDINGS)}, not {path.suffix!r}")
        found, where = FORMATS[ending](path, kind), str(path)
    for place, cells in found:
        error = cells if isinstance(cells, PersonaEnvError) else None
        if error is None and not isinstance(cells, dict):
            error = kind(f"{where}, {place}: not an object but {type(cells).__name__}")
        if error is None:
            yield Row(cells, f"{where}, {place}", kind)
        elif bad is None:
            raise error
        else:
            bad.append(error)


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
