"""Numbers of groups as tables show them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from persona_env.groups.statistics import GroupMean


def number(value: float) -> str:
    """A number as tables show it.

    >>> number(0.12345), number(math.nan)
    ('0.123', '-')
    """
    return "-" if math.isnan(value) else f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def interval(low: float, high: float) -> str:
    """An interval as tables show it."""
    return "-" if math.isnan(low) else f"{number(low)} to {number(high)}"


def mark(p: float, *, differs: bool) -> str:
    """A p-value as tables show it, with a star where it is at most the level."""
    return "-" if math.isnan(p) else f"{p:.3f}{'*' * differs}"


def mean_cell(found: GroupMean) -> str:
    """A mean with its interval."""
    if math.isnan(found.mean):
        return "-"
    return f"{number(found.mean)} [{number(found.low)}, {number(found.high)}]"


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table of Markdown."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
