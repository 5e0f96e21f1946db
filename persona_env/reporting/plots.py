"""How every picture of this library looks.

The ``plot_`` functions return a :class:`matplotlib.figure.Figure` that belongs to no window:
nothing is shown, saved or left behind in ``matplotlib.pyplot``. :func:`save_picture` writes one.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from persona_env.errors import unknown_name
from persona_env.outputs import write_files
from persona_env.reporting.fonts import families, undrawn

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("png", "svg")
BLUE, ORANGE = "#0072b2", "#d55e00"  # Okabe and Ito: told apart with any colour vision
WIDE = 12  # users up to whom the matrix has wide cells, with two decimals
ANNOTATED = 48  # users up to whom it has numbers at all


def picture_format(path: Path) -> str:
    """``"png"`` or ``"svg"``, by the path's ending."""
    ending = path.suffix.removeprefix(".").lower()
    if ending not in FORMATS:
        raise unknown_name(f"ending of picture {path.name!r}:", ending, FORMATS)
    return ending


def plot_matrix(users: Sequence[str], matrix: Sequence[Sequence[float]]) -> Figure:
    """The cross-user matrix as a heat map with a number in each cell.

    Parameters
    ----------
    users:
        N names.
    matrix:
        Rewards in [0, 1], N rows of N, NaN for what is not known: ``matrix[i][j]`` is what user j
        gives to the replies that were written for user i. The diagonal is outlined.

    The colours mean the same in every picture (0 to 1). Up to twelve users the numbers have two
    decimals, above they are hundredths.
    """
    from matplotlib.patches import Rectangle

    n = len(users)
    side = (0.42 if n <= WIDE else 0.25) * n + 2
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
    """The learning curve of a run: reward with a band of one standard deviation, and KL below.

    Parameters
    ----------
    rows:
        One mapping a rollout, at least one, with ``step`` (tokens so far), ``reward`` and
        ``reward_sd`` (of its replies, in [0, 1]) and ``kl`` (nats per token, from the initial
        policy). NaN leaves a gap.

    Raises
    ------
    ValueError
        Without rows.
    """
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
    below.set_ylabel("KL (nats a token)")
    below.set_xlabel("tokens")
    for axes in (above, below):
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.align_ylabels()
    below.xaxis.set_major_formatter("{x:,.0f}")
    return figure


def plot_reliability(bins: Mapping[str, Sequence[tuple[float, float, int]]]) -> Figure:
    """A reliability diagram per user: accuracy over stated confidence, dots by their number.

    Parameters
    ----------
    bins:
        By user, for each bin of confidence: mean stated confidence in [0, 1], share of right
        answers in [0, 1], and number of answers.
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


def save_picture(path: Path, figure: Figure) -> None:
    """Write a figure, whole or not at all, as PNG or SVG; the same figure gives the same bytes.

    Raises
    ------
    PersonaEnvError
        For another ending, or a path that no file can have; nothing is written then.
    """
    from matplotlib import rc_context

    kind = picture_format(path)
    metadata = {"Date": None} if kind == "svg" else {"Software": None}
    buffer = BytesIO()
    with rc_context({"svg.hashsalt": "persona_env"}), warnings.catch_warnings():
        # The log has said which font is missing; the picture still tells.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(buffer, format=kind, metadata=metadata)
    write_files({path: buffer.getvalue()})


def _figure(width: float, height: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from persona_env.reporting.notebook_figure import NotebookFigure

    size = (width, height)
    figure = NotebookFigure(figsize=size, dpi=150, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _fonts(text: str) -> list[str]:
    """What draws these names; a character that no font here has is told in the log."""
    undrawn(text)
    return families()


def _annotate(axes: Any, matrix: Sequence[Sequence[float]]) -> None:
    is_wide = len(matrix) <= WIDE
    for i, row in enumerate(matrix):
        for j, value in enumerate(row):
            if math.isnan(value):
                continue
            ink = "black" if value > 0.48 else "white"
            shown = f"{value:.2f}" if is_wide else f"{100 * value:.0f}"
            axes.text(j, i, shown, ha="center", va="center", color=ink, size=9 if is_wide else 7)
