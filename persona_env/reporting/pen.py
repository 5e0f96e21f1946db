"""A pen that writes with the fonts of this machine, one character after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from persona_env.reporting.fonts import UNSEEN, face_for
from persona_env.reporting.wrapping import BOX, advance, width_of, wrap

INK, SOFT, RULE, BAR = "#1b1f24", "#57606a", "#d0d7de", "#0072b2"
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws on a picture of Pillow; places are pixels from its upper left corner."""

    image: Any
    pen: Any

    def line(self, at: Place, text: str, size: int, ink: str) -> float:
        """Draw one line with its top left corner at a place; where it ends."""
        x, y = at
        for character in text:
            self._glyph((x, y), character, size, ink)
            x += advance(character, size)
        return x

    def bar(self, at: Place, width: float, height: float, share: float) -> None:
        """Draw a bar of which a share in [0, 1] is filled."""
        x, y = at
        self.pen.rectangle((x, y, x + width, y + height), fill=RULE)
        if share > 0:
            self.pen.rectangle((x, y, x + width * min(1.0, share), y + height), fill=BAR)

    def _glyph(self, at: Place, character: str, size: int, ink: str) -> None:
        if character.isspace() or character in UNSEEN or not character.isprintable():
            return
        face = face_for(character, size)
        base = (at[0], at[1] + size)  # on one base line, whatever the font
        if face is None:
            self.line(at, BOX, size, SOFT)
        elif face.scale == 1:
            self.pen.text(base, character, fill=ink, font=face.font, anchor="ls")
        else:
            self._bitmap(at, character, face.font, size)

    def _bitmap(self, at: Place, character: str, font: Any, size: int) -> None:
        from PIL import Image, ImageDraw

        left, top, right, bottom = font.getbbox(character)
        glyph = Image.new("RGBA", (max(1, int(right - left)), max(1, int(bottom - top))))
        ImageDraw.Draw(glyph).text((-left, -top), character, font=font, embedded_color=True)
        side = round(size * 1.2)
        small = glyph.resize((side, side), Image.Resampling.LANCZOS)
        self.image.paste(small, (round(at[0]), round(at[1] + size * 0.05)), small)

    def box(self, at: Place, width: float, text: str, *, size: int, ink: str, most: int) -> float:
        """Draw wrapped text of at most ``most`` lines, the last with '…' if it is cut; its end."""
        x, y = at
        lines = wrap(text, size, width)
        for number, (begin, end) in enumerate(lines[:most]):
            shown = text[begin:end]
            if number == most - 1 and len(lines) > most:
                while shown and width_of(shown + "…", size) > width:
                    shown = shown[:-1]
                shown = shown.rstrip() + "…"
            self.line((x, y), shown, size, ink)
            y += line_height(size)
        return y


def line_height(size: int) -> int:
    """From the top of one line to the top of the next, in pixels."""
    return round(size * 1.4)
