"""An episode as a card: text, or a picture."""

from __future__ import annotations

import textwrap
from functools import cache

import numpy as np
import numpy.typing as npt

from persona_env.exchange import Turn
from persona_env.profile import UserProfile
from persona_env.rewards import Verdict

WIDTH = 88


def explain(
    message: str, user: UserProfile, turns: tuple[Turn, ...], verdict: Verdict | None
) -> str:
    """The episode so far, and how the last reply's reward came about."""
    lines = [f"user      {user.id}: {user.render()}"]
    lines += [f"{turn.role:9} {turn.text}" for turn in turns]
    if verdict is None:
        return "\n".join([*lines, f"user      {message}"])
    reply = turns[-1].text
    return "\n".join([*lines, *explain_verdict(verdict, reply)])


def explain_verdict(verdict: Verdict, reply: str) -> list[str]:
    """One line for the reward, and one for each term and gate that took part."""
    lines = [f"reward    {verdict.reward:.3f}"]
    for name, value in verdict.terms.items():
        weight = verdict.weights[name]
        if weight:
            shown = _why(verdict, name, reply)
            lines.append(f"  term {name:20} {value:.2f}  weight {weight:<4g} {shown}")
    for name, value in verdict.gates.items():
        if value < 1:
            lines.append(f"  gate {name:20} {value:.2f}  {'':11} {_why(verdict, name, reply)}")
    return lines


def _why(verdict: Verdict, name: str, reply: str) -> str:
    parts = []
    for reason in verdict.reasons.get(name, ())[:3]:
        quoted = reply[reason.start : reason.end]
        parts.append(reason.note if len(quoted) > 40 else f"{reason.note} {quoted!r}")
    return ", ".join(parts)


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

    from persona_env.plots import TEXT_FONTS

    installed = {*get_font_names(), "sans-serif"}
    families = [name for name in TEXT_FONTS if name in installed]
    fonts = [get_font(findfont(FontProperties(family=[name]))) for name in families]
    known = {chr(code) for font in fonts for code in font.get_charmap()}
    return families, frozenset(known)
