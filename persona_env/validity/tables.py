"""Tables of figures, in Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from persona_env.validity.agreement import Interval
from persona_env.validity.figures import Figure, PairFigure

COLUMNS = ("rules", "heads", "probes", "judge")
"""Whose figures stand beside each other: the last of these that is part of a reader's name."""


def column_of(reader: str) -> str:
    """The column of a reader; one of another kind is its own.

    >>> column_of("rules+heads"), column_of("rules+probes+heads"), column_of("rules+judge:qwen")
    ('heads', 'probes', 'judge')
    """
    kinds = [part.partition(":")[0] for part in reader.split("+")]
    return next((name for name in reversed(COLUMNS) if name in kinds), reader)


def columns_of(figures: Iterable[Figure | PairFigure]) -> list[str]:
    """The columns of these figures, the known ones first."""
    found = {column_of(figure.reader) for figure in figures}
    return [*(name for name in COLUMNS if name in found), *sorted(found - {*COLUMNS})]


def side_by_side(figures: Sequence[Figure]) -> str:
    """A row for each field and source, a column for each reader."""
    columns = columns_of(figures)
    rows: dict[tuple[str, str], dict[str, Figure]] = {}
    for figure in figures:
        rows.setdefault((figure.field, figure.source), {})[column_of(figure.reader)] = figure
    return table(
        ("field", "source", "n", "yes", *columns),
        (
            (
                f"`{field}`", source, _count(max(one.n for one in found.values())),
                _count(next((f.positives for f in found.values() if f.positives), None)),
                *(_short(found.get(column)) for column in columns),
            )
            for (field, source), found in rows.items()
        ),
    )  # fmt: skip


def _short(figure: Figure | None) -> str:
    """The most telling measure that is known, kappa and coverage."""
    if figure is None:
        return ""
    parts = [("AUROC", figure.auroc)] if _is_known(figure.auroc) else [("right", figure.accuracy)]
    parts += [("kappa", figure.kappa), ("read", figure.read)]
    return ", ".join(f"{name} {value:.2f}" for name, value in parts if _is_known(value))


def in_full(figures: Iterable[Figure]) -> str:
    """A row for each figure, with all of its measures."""
    return table(
        (
            "field", "source", "n", "yes", "read", "right", "precision", "recall", "F1", "AUROC",
            "kappa", "lowest to highest part", "worst part",
        ),
        (
            (
                f"`{one.field}`", one.source, _count(one.n), _count(one.positives),
                number(one.read), ranged(one.accuracy, one.accuracy_interval),
                ranged(one.precision, one.precision_interval),
                ranged(one.recall, one.recall_interval), ranged(one.f1, one.f1_interval),
                ranged(one.auroc, one.auroc_interval), ranged(one.kappa, one.kappa_interval),
                _between(one.parts),
                f"{number(one.worst_accuracy)} {one.worst}" if one.worst else "-",
            )
            for one in figures
        ),
    )  # fmt: skip


def of_pairs(figures: Sequence[PairFigure]) -> str:
    """A row for each reader and group of pairs, a column for each thing that is measured.

    Of an ordering with more pairs than others each count is shown.
    """
    measured = list(dict.fromkeys(figure.measured for figure in figures))
    rows: dict[tuple[str, str], dict[str, PairFigure]] = {}
    for figure in figures:
        rows.setdefault((figure.reader, figure.group), {})[figure.measured] = figure
    return table(
        ("reader", "pairs", "n", *(f"{name}: wins, ties" for name in measured), "read"),
        (
            (
                reader, group, " / ".join(dict.fromkeys(str(one.n) for one in found.values())),
                *(_wins(found.get(name)) for name in measured),
                number(next(iter(found.values())).read, 2),
            )
            for (reader, group), found in rows.items()
        ),
    )  # fmt: skip


def _wins(figure: PairFigure | None) -> str:
    if figure is None:
        return ""
    spread = f"; parts {_between(figure.parts, 2)}" if _is_known(figure.parts[0]) else ""
    return f"{ranged(figure.wins, figure.wins_interval, 2)}, {number(figure.ties, 2)}{spread}"


def _is_known(value: float) -> bool:
    return not math.isnan(value)


def _count(value: int | None) -> str:
    return "-" if value is None else str(value)


def number(value: float, digits: int = 3) -> str:
    """A few digits, or a dash for what is not known."""
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _between(interval: Interval, digits: int = 3) -> str:
    low, high = interval
    return "-" if math.isnan(low) else f"{number(low, digits)} to {number(high, digits)}"


def ranged(value: float, interval: Interval, digits: int = 3) -> str:
    """A value and, if it is known, its interval."""
    if math.isnan(value) or math.isnan(interval[0]) or value == interval[0] == interval[1]:
        return number(value, digits)
    return f"{number(value, digits)} ({_between(interval, digits)})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(_lines(head, rows))


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for line in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(line)} |"
