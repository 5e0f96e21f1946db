"""The picture of the table of methods: reward over the distance from the initial policy."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from persona_env.reporting.plots import save_picture

PICTURE = Path(__file__).parents[1] / "docs" / "methods.png"
MARKS = "osD^vPX"
WIDTH, HEIGHT = 9.0, 4.6


def points(table: str) -> dict[str, dict[str, tuple[float, float]]]:
    """Mean and deviation by method and column of a Markdown table.

    >>> points("| method | reward |\\n| --- | --- |\\n| DPO | 0.90 ± 0.01 |\\n| KTO | - |")
    {'DPO': {'reward': (0.9, 0.01)}, 'KTO': {}}
    """
    head, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()
    ]
    return {
        row[0]: {
            name: _number(cell) for name, cell in zip(head[1:], row[1:], strict=True) if cell != "-"
        }
        for row in rows
    }


def _number(cell: str) -> tuple[float, float]:
    mean, _, deviation = cell.partition("±")
    return float(mean), float(deviation or 0)


def draw(table: str) -> None:
    """Write the picture of such a table, with columns ``KL, nats`` and ``reward``."""
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    axes = figure.subplots()
    for place, (name, found) in enumerate(points(table).items()):
        (x, x_off), (y, y_off) = found["KL, nats"], found["reward"]
        axes.errorbar(
            x, y, y_off, x_off, label=name.replace("`", ""), marker=MARKS[place % len(MARKS)],
            color=f"C{place % 10}", linestyle="", elinewidth=0.8, markersize=6,
        )  # fmt: skip
    axes.set_xlabel("nats from the initial policy")
    axes.set_ylabel("reward on held-out scenarios")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right center", fontsize=8, frameon=False)
    save_picture(PICTURE, figure)
