"""The page of a comparison of groups: gaps, pictures, means, and replies side by side."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from persona_env.reporting.plots import save_picture
from persona_env.reporting.run_figures import Table
from persona_env.reporting.run_report import Picture, rendered

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TEMPLATE = "groups_report.html"


def groups_page(
    *, title: str, about: str, verdict: str, gaps: Table, categories: Sequence[Table],
    figures: Mapping[str, Figure], examples: Sequence[Mapping[str, Any]],
) -> str:  # fmt: skip
    """The page as HTML, every text escaped; it needs nothing from elsewhere.

    Parameters
    ----------
    title, about, verdict:
        Texts at its head.
    gaps, categories:
        The tables.
    figures:
        By measure.
    examples:
        Each with a ``title`` and two ``sides``, of ``group``, ``prompt``, ``reply`` and ``said``.
    """
    pictures = [_picture(measure, figure) for measure, figure in figures.items()]
    return rendered(
        TEMPLATE, title=title, about=about, verdict=verdict, gaps=gaps, categories=categories,
        pictures=pictures, examples=examples,
    )  # fmt: skip


def _picture(measure: str, figure: Figure) -> Picture:
    with TemporaryDirectory() as name:
        drawn = Path(name, "groups.png")
        save_picture(drawn, figure)
        data = base64.b64encode(drawn.read_bytes()).decode("ascii")
    alt = f"Of each category, by how much each group differs from its mean in {measure}."
    return Picture(data, alt, measure)
