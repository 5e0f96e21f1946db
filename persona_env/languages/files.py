"""The TOML files of the languages, read when they are first asked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from persona_env.errors import LanguageError, nearest

ROOT = Path(__file__).parent


def read_toml(path: Path) -> dict[str, Any]:
    """The data of a TOML file; raises :class:`LanguageError`, which names the file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LanguageError(f"{path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise LanguageError(f"{path}: {error}") from error


@cache
def language_data(code: str, name: str) -> Mapping[str, Any]:
    """The file ``name`` of a language, ``""`` for what all share; empty if there is none.

    >>> language_data("es", "complaints")["other"]
    ['Ten esto en cuenta: {name}.']
    """
    path = ROOT / code / f"{name}.toml"
    return read_toml(path) if path.is_file() else {}


def language_entry(code: str, name: str, key: str) -> Any:
    """One entry of a file of a language; raises :class:`LanguageError` if it is not there.

    >>> language_entry("en", "audit", "refuse")
    'I cannot help with this.'
    """
    data = language_data(code, name)
    if key not in data:
        raise LanguageError(
            f"languages/{code}/{name}.toml has no {key!r}.{nearest(key, data)} "
            f"persona_env.languages.missing_parts({code!r}) tells what else is missing"
        )
    return data[key]
