"""Figures in files: names and numbers, never a text that was read."""

from __future__ import annotations

import math
from dataclasses import asdict, fields
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from persona_env.errors import PersonaEnvError
from persona_env.files import parse_json, read_text, to_json
from persona_env.outputs import write_text
from persona_env.validity.figures import Figure, Figures, PairFigure

FOLDER = Path(__file__).parent / "figures"
"""Where the figures are that are shipped: a JSON file for whoever writes them."""
_DIGITS = 4
One = TypeVar("One", Figure, PairFigure)


def load_figures() -> Figures:
    """The figures that are shipped, of all files in the order of their names."""
    folder = resources.files(__package__).joinpath("figures")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".json"))
    found = [read_figures(Path(str(folder.joinpath(name)))) for name in names]
    return Figures(
        tuple(figure for one in found for figure in one.labels),
        tuple(figure for one in found for figure in one.pairs),
    )


def read_figures(path: Path) -> Figures:
    """The figures of a file; raises :class:`PersonaEnvError` for a file of anything else."""
    data = parse_json(read_text(path), str(path))
    try:
        return Figures(
            tuple(_made(Figure, row) for row in data["labels"]),
            tuple(_made(PairFigure, row) for row in data["pairs"]),
        )
    except (TypeError, KeyError) as error:
        raise PersonaEnvError(
            f"{path}: not a file of figures, as 'validate --figures' writes them: {error}"
        ) from error


def add_figures(path: Path, new: Figures) -> None:
    """Write figures to a file; what it has of other fields, sources or readers stays."""
    old = read_figures(path) if path.exists() else Figures()
    save_figures(path, Figures(_merged(old.labels, new.labels), _merged(old.pairs, new.pairs)))


def save_figures(path: Path, figures: Figures) -> None:
    """Write figures, and nothing else, as JSON; what is not known is left out."""
    write_text(path, to_json(plain(figures, _DIGITS)) + "\n")


def plain(figures: Figures, digits: int | None = None) -> dict[str, list[dict[str, Any]]]:
    """Figures as values of JSON, rounded to ``digits``."""
    return {kind: [_cells(one, digits) for one in found] for kind, found in
            figures._asdict().items()}  # fmt: skip


def _merged(old: tuple[One, ...], new: tuple[One, ...]) -> tuple[One, ...]:
    found = {_key(one): one for one in old} | {_key(one): one for one in new}
    return tuple(found.values())


def _key(figure: Figure | PairFigure) -> tuple[str, ...]:
    if isinstance(figure, Figure):
        return figure.field, figure.source, figure.reader
    return figure.measured, figure.source, figure.reader, figure.group


def _cells(figure: Figure | PairFigure, digits: int | None) -> dict[str, Any]:
    cells = {name: _rounded(value, digits) for name, value in asdict(figure).items()}
    return {n: v for n, v in cells.items() if digits is None or _is_known(v)}


def _is_known(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_known, value))
    return value not in (None, "") and not (isinstance(value, float) and math.isnan(value))


def _made(kind: type[One], row: dict[str, Any]) -> One:
    names = {field.name for field in fields(kind)}
    if unknown := set(row) - names:
        raise KeyError(f"{sorted(unknown)} of a {kind.__name__}")
    cells: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in row.items()}
    return kind(**cells)


def _rounded(value: Any, digits: int | None) -> Any:
    if isinstance(value, tuple):
        return [_rounded(item, digits) for item in value]
    return round(value, digits) if isinstance(value, float) and digits is not None else value
