"""Parquet files: pyarrow is needed for them alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from io import BytesIO
from typing import Any

from persona_env.errors import PersonaEnvError


def pyarrow(what: str) -> Any:
    """The library, with its part for Parquet; an error says ``what`` needs it."""
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError as error:
        raise PersonaEnvError(
            f"{what} needs 'pyarrow': pip install 'persona_env[suites]'"
        ) from error


def parquet_of(
    arrow: Any, rows: Sequence[Mapping[str, Any]], meta: Mapping[str, str] | None = None
) -> bytes:
    """Rows as the content of a file, with ``meta`` in the place of its metadata, if it is given."""
    table = arrow.Table.from_pylist([dict(row) for row in rows])
    file = BytesIO()
    arrow.parquet.write_table(table.replace_schema_metadata(meta) if meta else table, file)
    return file.getvalue()
