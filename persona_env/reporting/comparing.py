"""Pictures that set agents, or users, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from persona_env.reporting.plots import BLUE, ORANGE, _figure, _fonts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = (BLUE, ORANGE, "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")  # Okabe and Ito
MARKS = "osD^vP*"  # so that a line is told from another without its colour
LINES = ("-", "--", ":")
Points = Mapping[str, tuple[float, float]]
"""Mean and standard error of each user."""


def plot_rewards(agents: Mapping[str, Points]) -> Figure:
    """Mean reward by user with bars of one standard error, the marks of the agents side by side."""
    users = list(dict.fromkeys(user for points in agents.values() for user in points))
    figure = _figure(max(4.0, 0.5 * len(users) + 2), 3.4)
    axes = figure.add_subplot()
    for place, (name, points) in enumerate(agents.items()):
        shift = (place - (len(agents) - 1) / 2) * 0.5 / len(agents)
        known = [(at, *points[user]) for at, user in enumerate(users) if user in points]
        axes.errorbar(
            [at + shift for at, _, _ in known],
            [mean for _, mean, _ in known],
            [se for _, _, se in known],
            fmt=MARKS[place % len(MARKS)], color=COLOURS[place % len(COLOURS)],
            ms=5, lw=1.5, capsize=3, label=name,
        )  # fmt: skip
    axes.set_xticks(range(len(users)), users, rotation=90, family=_fonts("".join(users)))
    axes.set(ylim=(0, 1.02), ylabel="mean reward ± 1 standard error")
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0)
    return figure


def plot_risk_coverage(curves: Mapping[str, Sequence[float]]) -> Figure:
    """The risk-coverage curve of each user: the k-th of A risks stands at coverage k / A."""
    figure = _figure(5, 3.4)
    axes = figure.add_subplot()
    for place, (user, risks) in enumerate(curves.items()):
        shares = [k / len(risks) for k in range(1, len(risks) + 1)]
        turn, style = divmod(place, len(COLOURS))
        axes.plot(
            shares, risks, color=COLOURS[style], marker=MARKS[style], ls=LINES[turn % len(LINES)],
            ms=3, lw=1.5, label=user,
        )  # fmt: skip
    highest = max((max(risks, default=0) for risks in curves.values()), default=0)
    axes.set(xlim=(0, 1.02), ylim=(0, min(1.02, max(0.1, 1.1 * highest))))
    axes.set(xlabel="coverage: share of the answers, surest first", ylabel="risk: mean error")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(1, 1),
        frameon=False,
        prop={"family": _fonts("".join(curves))},
    )
    return figure
