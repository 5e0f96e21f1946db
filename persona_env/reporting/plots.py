"""How every picture of this library looks."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from persona_env.errors import unknown_name
from persona_env.outputs import write_files

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TEXT_FONTS = ["DejaVu Sans Mono", "Noto Sans CJK SC", "WenQuanYi Zen Hei", "sans-serif"]
FORMATS = ("png", "svg")
BLUE, ORANGE = "#0072b2", "#d55e00"  # Okabe and Ito: told apart with any colour vision
ANNOTATED = 12  # users up to whom the matrix shows its numbers


def picture_format(path: Path) -> str:
    """``"png"`` or ``"svg"``, by the path's ending."""
    ending = path.suffix.removeprefix(".").lower()
    if ending not in FORMATS:
        raise unknown_name(f"ending of picture {path.name!r}:", ending, FORMATS)
    return ending


def plot_matrix(users: Sequence[str], matrix: Sequence[Sequence[float]]) -> Figure:
    """A figure of ``matrix[i][j]``, what user j gives to replies written for user i, as a heat map.

    The colours mean the same in every picture (0 to 1); the diagonal is outlined.
    """
    from matplotlib.patches import Rectangle

    n = len(users)
    side = (0.22 if n > ANNOTATED else 0.42) * n + 2
    figure = _figure(side + 0.8, side)
    axes = figure.add_subplot()
    image = axes.imshow(matrix, vmin=0, vmax=1, cmap="cividis")
    fonts = _fonts("".join(users))
    axes.set_xticks(range(n), users, rotation=90, family=fonts)
    axes.set_yticks(range(n), users, family=fonts)
    axes.set_xlabel("scored by")
    axes.set_ylabel("reply written for")
    for i in range(n):
        axes.add_patch(Rectangle((i - 0.5, i - 0.5), 1, 1, fill=False, ec=ORANGE, lw=2))
    if n <= ANNOTATED:
        _annotate(axes, matrix)
    figure.colorbar(image, ax=axes, label="mean reward", shrink=0.8)
    return figure


def plot_curve(rows: Sequence[Mapping[str, float]]) -> Figure:
    """A figure of ``reward`` with a band of one ``reward_sd``, and ``kl``, over ``step``."""
    if not rows:
        raise ValueError("there are no rows to draw")
    step, reward, sd, kl = (
        [float(row[name]) for row in rows] for name in ("step", "reward", "reward_sd", "kl")
    )
    figure = _figure(7, 4.8)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    low = [max(0.0, r - s) for r, s in zip(reward, sd, strict=True)]
    high = [min(1.0, r + s) for r, s in zip(reward, sd, strict=True)]
    above.fill_between(step, low, high, color=BLUE, alpha=0.18, lw=0, label="± 1 sd of replies")
    mark = "o" if len(rows) == 1 else None
    above.plot(step, reward, color=BLUE, lw=2, marker=mark, label="mean")
    above.set_ylim(0, 1)
    above.set_ylabel("reward")
    above.legend(loc="lower right", frameon=False)
    below.plot(step, kl, color=ORANGE, lw=2, marker=mark)
    below.set_ylabel("KL")
    below.set_xlabel("step")
    for axes in (above, below):
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def plot_reliability(bins: Mapping[str, Sequence[tuple[float, float, int]]]) -> Figure:
    """A reliability diagram per user: accuracy over stated confidence, dots by their number.

    ``bins[user]`` are mean confidence, mean accuracy and number of answers of each bin.
    """
    columns = min(4, len(bins))
    lines = -(-len(bins) // columns)
    figure = _figure(2.1 * columns + 0.6, 2.1 * lines + 0.6)
    panels = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).ravel()
    fonts = _fonts("".join(bins))
    for axes, (user, points) in zip(panels, bins.items(), strict=False):
        total = sum(n for _, _, n in points)
        axes.plot([0, 1], [0, 1], color="grey", lw=1, ls=":")
        stated, right, sizes = zip(
            *[(c, a, 10 + 90 * n / total) for c, a, n in points], strict=True
        )
        axes.plot(stated, right, color=BLUE, lw=1, alpha=0.5)
        axes.scatter(stated, right, s=sizes, color=BLUE)
        axes.set_title(user, family=fonts, size=9)
        axes.set(xlim=(-0.05, 1.05), ylim=(-0.05, 1.05), aspect="equal")
        axes.spines[["top", "right"]].set_visible(False)
    for axes in panels[len(bins) :]:
        axes.set_visible(False)
    figure.supxlabel("stated confidence", size=10)
    figure.supylabel("accuracy", size=10)
    return figure


def _figure(width: float, height: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from persona_env.reporting.notebook_figure import NotebookFigure

    figure = NotebookFigure(
        figsize=(width, height), dpi=150, facecolor="white", layout="constrained"
    )
    FigureCanvasAgg(figure)
    return figure


def _fonts(text: str) -> list[str]:
    """The installed fonts that may draw these names."""
    # Asking for a font that is not there logs a line for every text.
    from matplotlib.font_manager import fontManager

    there = set(fontManager.get_font_names())
    return ["DejaVu Sans", *(name for name in TEXT_FONTS if name in there)]


def _annotate(axes: Any, matrix: Sequence[Sequence[float]]) -> None:
    for i, row in enumerate(matrix):
        for j, value in enumerate(row):
            ink = "black" if value > 0.55 else "white"
            axes.text(j, i, f"{value:.2f}", ha="center", va="center", color=ink, size=9)


def save_picture(path: Path, figure: Figure) -> None:
    """Write a figure whole or not at all; the same picture is the same bytes."""
    from matplotlib import rc_context

    kind = picture_format(path)
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    buffer = BytesIO()
    with rc_context({"svg.hashsalt": "persona_env"}), warnings.catch_warnings():
        # A name in a script without a font here is drawn as boxes; the picture still tells.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(buffer, format=kind, metadata=metadata)
    write_files({path: buffer.getvalue()})
