"""The picture of a cold start: what is earned by how much of a hidden user is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from persona_env.reporting.plots import _figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Point = tuple[int, float, float]


def plot_cold_start(curves: Mapping[str, Sequence[Point]]) -> Figure:
    """The reward of the answer against the questions before it, a line for each agent.

    Parameters
    ----------
    curves:
        By agent: questions that the user answers at most, mean reward in [0, 1], standard error.

    Raises
    ------
    ValueError
        Without a curve.
    """
    if not curves:
        raise ValueError("there are no curves to draw")
    figure = _figure(6, 3.8)
    axes = figure.subplots()
    for name, points in curves.items():
        asked, mean, error = zip(*points, strict=True)
        axes.errorbar(asked, mean, yerr=error, marker="o", capsize=3, label=name)
    axes.set_ylim(0, 1)
    axes.set_xlabel("questions that the user answers, at most")
    axes.set_ylabel("reward of the answer")
    axes.legend(loc="lower right", frameon=False)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
