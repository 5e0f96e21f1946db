"""The cross-user matrix as a table of a page: a number on a colour in each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SCALE = (0.0, 0.25, 0.5, 0.75, 1.0)
EVEN = 0.179  # the relative luminance of WCAG 2 on which black and white have the same contrast


@dataclass(frozen=True, slots=True)
class Cell:
    """What one user gives to the replies for another: hundredths, and the colours of the cell."""

    text: str
    paper: str
    ink: str
    title: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows as (user, cells, whether nobody else scores them higher)."""

    when: str
    caption: str
    users: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...], bool], ...]


def matrix_of(when: str, report: dict[str, Any]) -> Matrix:
    """The matrix of a report as it is shown."""
    users = tuple(report["users"])
    rows = tuple(
        (
            user,
            tuple(cell(value, user, other) for value, other in zip(row, users, strict=True)),
            own,
        )
        for user, row, own in zip(users, report["matrix"], report["own_best"], strict=True)
    )
    said = in_words(report["matrix"])
    return Matrix(when, f"{when.capitalize()}. {said}", users, rows)


def cell(value: float | None, user: str, other: str) -> Cell:
    """Black or white on a colour of cividis, which is told apart with any colour vision."""
    if value is None:
        return Cell("–", "transparent", "inherit", f"for {user}, by {other}: not known")
    paper, is_light = _colour(value)
    ink = "#000" if is_light else "#fff"
    return Cell(f"{100 * value:.0f}", paper, ink, f"for {user}, by {other}: {value:.3f}")


def scale() -> list[Cell]:
    """What the colours mean."""
    shown = []
    for value in SCALE:
        paper, is_light = _colour(value)
        shown.append(Cell(f"{100 * value:.0f}", paper, "#000" if is_light else "#fff", f"{value}"))
    return shown


def in_words(matrix: list[list[float | None]]) -> str:
    """What the users give on average to their own replies, and to those of others."""
    own = [row[i] for i, row in enumerate(matrix)]
    other = [value for i, row in enumerate(matrix) for j, value in enumerate(row) if i != j]
    known, others = ([v for v in part if v is not None] for part in (own, other))
    if not known:
        return "Not known: every reward term is batched, and judges for the own user alone."
    said = f"A reply's own user gives {sum(known) / len(known):.3f} on average"
    return said + (f", the other users {sum(others) / len(others):.3f}." if others else ".")


def _colour(value: float) -> tuple[str, bool]:
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    red, green, blue, _ = colormaps["cividis"](value)
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in (red, green, blue)
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return to_hex((red, green, blue)), luminance > EVEN
