"""The figures that the project measured; the replies themselves are not part of it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from importlib import resources
from pathlib import Path
from typing import Any

from persona_env.files import to_json
from persona_env.outputs import write_text
from persona_env.validity.figures import Figure

_NAME = "figures.json"
_DIGITS = 4


def load_figures() -> list[Figure]:
    """The figures that are shipped."""
    text = resources.files(__package__).joinpath(_NAME).read_text(encoding="utf-8")
    return [
        Figure(**{key: _known(value) for key, value in row.items()}) for row in json.loads(text)
    ]


def save_figures(path: Path, figures: Sequence[Figure]) -> None:
    """Write figures, and nothing else, as JSON."""
    names = [field.name for field in fields(Figure)]
    rows = [{name: _rounded(asdict(figure)[name]) for name in names} for figure in figures]
    write_text(path, to_json(rows) + "\n")


def _known(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_known(item) for item in value)
    return math.nan if value is None else value


def _rounded(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_rounded(item) for item in value]
    return round(value, _DIGITS) if isinstance(value, float) else value
