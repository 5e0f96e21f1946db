"""A figure that a notebook shows by itself; this module loads matplotlib."""

from __future__ import annotations

import warnings
from io import BytesIO

from matplotlib.figure import Figure


class NotebookFigure(Figure):
    """A matplotlib figure; notebooks show it without ``pyplot`` or ``%matplotlib inline``."""

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            self.savefig(buffer, format="png", dpi=100)
        return buffer.getvalue()
