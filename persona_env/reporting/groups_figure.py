"""The picture of groups: by how much each differs from the mean of its category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from persona_env.reporting.plots import BLUE, ORANGE, _figure, _fonts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Differences = Mapping[str, tuple[float, float, float]]
COLUMNS = 4


def plot_groups(panels: Mapping[str, Differences], measure: str, columns: int = COLUMNS) -> Figure:
    """A panel for each category with a dot and an interval for each group.

    Parameters
    ----------
    panels:
        By category and group the difference from the category's mean and the ends of its interval,
        which holds for all groups at once; NaN for a group of which nothing is known. A group whose
        interval leaves 0 out is drawn in orange.
    measure:
        What differs, with its unit.
    columns:
        Panels side by side.

    Raises
    ------
    ValueError
        Without a panel.
    """
    if not panels:
        raise ValueError(f"nothing was measured of {measure!r}")
    columns = min(columns, len(panels))
    lines = -(-len(panels) // columns)
    most = max(len(groups) for groups in panels.values())
    figure = _figure(2.6 * columns + 0.6, (0.24 * most + 0.9) * lines)
    held = figure.subplots(lines, columns, sharex=True, squeeze=False).ravel()
    fonts = _fonts("".join(name for groups in panels.values() for name in groups))
    for axes, (category, groups) in zip(held, panels.items(), strict=False):
        for place, (value, low, high) in enumerate(groups.values()):
            colour = ORANGE if low > 0 or high < 0 else BLUE
            axes.plot([low, high], [place, place], color=colour, lw=1.5)
            axes.plot([value], [place], color=colour, marker="o", ms=4)
        axes.axvline(0, color="grey", lw=0.8)
        axes.set_yticks(range(len(groups)), [*groups], size=8, family=fonts)
        axes.invert_yaxis()
        axes.set_title(category, size=9)
        axes.grid(alpha=0.3, axis="x")
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelbottom=True)
    for axes in held[len(panels) :]:
        axes.set_visible(False)
    figure.supxlabel(f"{measure}: difference from the category's mean", size=10)
    return figure
