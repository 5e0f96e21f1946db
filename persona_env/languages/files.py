"""The TOML files of the languages, read when they are first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from persona_env.errors import LanguageError, nearest
from persona_env.files import read_toml

ROOT = Path(__file__).parent


@cache
def language_data(code: str, name: str) -> Mapping[str, Any]:
    """The file ``name`` of a language, ``""`` for what all share; empty if there is none.

    >>> language_data("es", "complaints")["other"]
    ['Ten esto en cuenta: {name}.']
    """
    path = ROOT / code / f"{name}.toml"
    return read_toml(path, LanguageError) if path.is_file() else {}


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
