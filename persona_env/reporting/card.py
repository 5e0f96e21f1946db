"""An episode as a card: text, or a picture."""

from __future__ import annotations

import textwrap
from functools import cache

import numpy as np
import numpy.typing as npt

WIDTH = 88


def draw(text: str) -> npt.NDArray[np.uint8]:
    """The text as a picture, ``uint8 of shape (480, 800, 3)``."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    families, glyphs = _fonts()
    figure = Figure(figsize=(8, 4.8), dpi=100, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    wrapped = [part for line in text.splitlines() for part in textwrap.wrap(line, WIDTH) or [""]]
    shown = "\n".join(wrapped[:26]).replace("$", r"\$")
    shown = "".join(c if c == "\n" or (c in glyphs and c.isprintable()) else "□" for c in shown)
    figure.text(0.02, 0.97, shown, va="top", size=8, family=families)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba(), dtype=np.uint8)
    return pixels[:, :, :3].copy()


@cache
def _fonts() -> tuple[list[str], frozenset[str]]:
    """The installed ones of our fonts, and what they can draw: a missing glyph would warn."""
    from matplotlib.font_manager import FontProperties, findfont, get_font, get_font_names

    from persona_env.reporting.plots import TEXT_FONTS

    installed = {*get_font_names(), "sans-serif"}
    families = [name for name in TEXT_FONTS if name in installed]
    fonts = [get_font(findfont(FontProperties(family=[name]))) for name in families]
    known = {chr(code) for font in fonts for code in font.get_charmap()}
    return families, frozenset(known)
