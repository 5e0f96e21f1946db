"""Files are read as UTF-8, with errors that name them; values become JSON."""

from __future__ import annotations

import json
import math
import tomllib
from pathlib import Path
from typing import Any

from persona_env.errors import PersonaEnvError

Kind = type[PersonaEnvError]
"""The class of the error that a reader raises."""


def read_text(path: Path, kind: Kind = PersonaEnvError) -> str:
    """The text of a UTF-8 file: without a byte order mark, with ``\\n`` at the end of lines.

    Raises ``kind``, which names the file, if it cannot be read or has another encoding.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise kind(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        byte = f"byte 0x{error.object[error.start]:02x} at position {error.start}"
        raise kind(f"{path}: not UTF-8 ({byte}); save the file as UTF-8") from error
    if "\0" in text:  # UTF-16 without a mark, or no text at all
        raise kind(f"{path}: not UTF-8 text (it holds NUL characters); save the file as UTF-8")
    return text


def read_toml_text(path: Path, kind: Kind = PersonaEnvError) -> str:
    """:func:`read_text` of a file whose ending is ``.toml``, in any case."""
    if path.suffix.lower() != ".toml":
        raise kind(f"{path}: expected a TOML file, with the ending '.toml', not {path.suffix!r}")
    return read_text(path, kind)


def read_toml(path: Path, kind: Kind = PersonaEnvError) -> dict[str, Any]:
    """The content of a TOML file; raises ``kind``, which names the file."""
    return parse_toml(read_toml_text(path, kind), str(path), kind)


def parse_toml(text: str, where: str, kind: Kind = PersonaEnvError) -> dict[str, Any]:
    """The content of a TOML text; ``where`` names it in an error."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise kind(f"{where}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise kind(f"{where}: nested too deeply") from error


def parse_json(text: str, where: str, kind: Kind = PersonaEnvError) -> Any:
    """The content of a JSON text; ``where`` names it in an error."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise kind(f"{where}: not JSON: {error}") from error
    except RecursionError as error:
        raise kind(f"{where}: nested too deeply") from error


def to_json(value: Any) -> str:
    """``value`` as JSON; a number that is not known (NaN) is null.

    >>> to_json(math.nan)
    'null'
    """
    return json.dumps(_plain(value), ensure_ascii=False, indent=1)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value
