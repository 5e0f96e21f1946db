"""The picture of a laboratory: proxy and gold against the distance from the initial policy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from persona_env.reporting.plots import BLUE, ORANGE, _figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Curve = Mapping[str, Any]
COLUMNS = 4


def plot_overoptimisation(curves: Sequence[Curve], columns: int = COLUMNS) -> Figure:
    r"""A panel for each proxy: rewards over :math:`\sqrt{KL}`, a thin line for each seed.

    Parameters
    ----------
    curves:
        Those of a laboratory's results, at least one. A proxy has its own scale, so that its line
        is drawn from the gold reward of the initial policy to a common height; the gold reward is
        in its own units, with Gao's curve through the mean of its seeds dotted.
    columns:
        Panels side by side.

    Raises
    ------
    ValueError
        Without curves.
    """
    if not curves:
        raise ValueError("there are no curves to draw")
    names = list(dict.fromkeys((one["proxy"], one["cure"]) for one in curves))
    columns = min(columns, len(names))
    lines = -(-len(names) // columns)
    figure = _figure(2.3 * columns + 0.6, 2.1 * lines + 0.7)
    panels = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, (proxy, cure) in zip(panels, names, strict=False):
        mine = [one for one in curves if (one["proxy"], one["cure"]) == (proxy, cure)]
        _panel(axes, mine)
        axes.set_title(f"{proxy}, {cure}" if cure else proxy, size=9)
    for axes in panels[len(names) - columns : len(names)]:
        axes.tick_params(labelbottom=True)  # those with nothing below them
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=3, frameon=False, fontsize=8)
    figure.supxlabel("distance from the initial policy, √KL (nats)", size=10)
    figure.supylabel("reward", size=10)
    return figure


def _panel(axes: Any, curves: Sequence[Curve]) -> None:
    distance = np.array([[max(0.0, p["kl"]) ** 0.5 for p in one["points"]] for one in curves])
    gold, proxy = (
        np.array([[p[what]["mean"] for p in one["points"]] for one in curves])
        for what in ("gold", "proxy")
    )
    rises = proxy[:, -1:] - proxy[:, :1]
    rises[rises == 0] = 1.0
    share = (proxy - proxy[:, :1]) / np.abs(rises)
    drawn = gold[:, :1] + (1 - gold[:, :1]) * share
    for values, colour in ((drawn, ORANGE), (gold, BLUE)):
        for x, row in zip(distance, values, strict=True):
            axes.plot(x, row, color=colour, lw=0.6, alpha=0.35)
    x = distance.mean(0)
    axes.plot(x, drawn.mean(0), color=ORANGE, lw=2, ls="--", label="proxy (own scale)")
    axes.plot(x, gold.mean(0), color=BLUE, lw=2, marker="o", ms=3, label="gold")
    fits = [one["fit"] for one in curves if one["fit"]]
    if fits:
        along = np.linspace(1e-3, float(x.max()), 100)
        alpha, beta = (float(np.mean([fit[name] for fit in fits])) for name in ("alpha", "beta"))
        bend = along**2 if fits[0]["form"] == "best_of_n" else along * np.log(along)
        fitted = gold[:, 0].mean() + alpha * along - beta * bend
        axes.plot(along, fitted, color="grey", lw=1, ls=":", label="Gao's form")
    top = x[int(np.argmax(gold.mean(0)))]
    if not math.isclose(top, float(x.max())):
        axes.axvline(top, color="grey", lw=0.6)
    axes.set_ylim(0, 1.05)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
