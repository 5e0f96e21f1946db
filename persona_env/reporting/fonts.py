"""Which font of this machine draws a character, and what is said where none does.

DejaVu Sans comes with matplotlib and is always there. Chinese and emoji need a font that the system
has: without one a picture shows a box, and tells so in words and in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

BASE = "DejaVu Sans"
CHINESE = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "PingFang SC", "Hiragino Sans GB", "Heiti SC", "Microsoft YaHei", "SimHei",
    "Arial Unicode MS",
)  # fmt: skip
EMOJI = ("Segoe UI Emoji", "Noto Emoji", "Symbola")
BITMAPS = {"NotoColorEmoji.ttf": 109, "Apple Color Emoji.ttc": 160}
"""Fonts of coloured pictures, which have one size each and which matplotlib cannot load."""

UNSEEN = frozenset(
    "\ufe0e\ufe0f\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
)
"""What only changes or joins its neighbours (an emoji's skin colour, say): it is not drawn."""

PACKAGES = {
    "Chinese": "fonts-noto-cjk", "emoji": "fonts-noto-color-emoji", "other characters": "unifont",
}  # fmt: skip
"""What brings a font for a kind of character, on Debian and Ubuntu."""

_LOG = logging.getLogger(__name__)


class Face(NamedTuple):
    """A font in one size; ``scale`` is 1 but for bitmaps, whose glyphs are drawn smaller."""

    font: Any
    scale: float


def families() -> list[str]:
    """The names that matplotlib is to try for a text, of those that are installed."""
    there = _installed()
    return [BASE, *(name for name in (*CHINESE, *EMOJI) if name in there)]


@lru_cache(maxsize=4096)
def face_for(character: str, size: int) -> Face | None:
    """Who draws this character, ``size`` pixels high; ``None`` if no font here has it."""
    for face in _faces(size):
        if bytes(face.font.getmask(character)) != bytes(face.font.getmask("\U0010fffe")):
            return face
    return None


def kind_of(character: str) -> str:
    """``"Chinese"``, ``"emoji"`` or ``"other characters"``.

    >>> [kind_of(c) for c in "米😀☀م"]
    ['Chinese', 'emoji', 'emoji', 'other characters']
    """
    code = ord(character)
    if 0x2E80 <= code <= 0x9FFF or 0xF900 <= code <= 0xFFEF or 0x20000 <= code <= 0x3FFFF:
        return "Chinese"
    return "emoji" if code >= 0x1F000 or 0x2190 <= code <= 0x2BFF else "other characters"


def undrawn(text: Iterable[str], size: int = 16) -> dict[str, str]:
    """The characters that no font here has, by :func:`kind_of`; they are logged, each kind once."""
    found: dict[str, str] = {}
    for character in dict.fromkeys(text):
        is_shown = character.isprintable() and not character.isspace()
        if is_shown and character not in UNSEEN and face_for(character, size) is None:
            kind = kind_of(character)
            found[kind] = found.get(kind, "") + character
    for kind, characters in found.items():
        _tell(kind, characters[0])
    return found


@cache
def _told() -> set[str]:
    return set()


def _tell(kind: str, example: str) -> None:
    if kind in _told():
        return
    _told().add(kind)
    _LOG.warning(
        "no font on this machine draws %s (such as %s): boxes stand for them in pictures. Install "
        "one (Debian, Ubuntu: apt install %s) and start again",
        kind,
        example,
        PACKAGES[kind],
    )


@cache
def _installed() -> dict[str, str]:
    """The file of each scalable font that matplotlib found, by its name; regular ones first."""
    from matplotlib.font_manager import fontManager

    found: dict[str, str] = {}
    for entry in sorted(fontManager.ttflist, key=lambda one: (one.style != "normal", one.fname)):
        if str(entry.weight) in {"400", "500", "normal", "regular", "book"}:
            found.setdefault(entry.name, entry.fname)
    return found


@lru_cache(maxsize=16)
def _faces(size: int) -> tuple[Face, ...]:
    from PIL import ImageFont

    there, layout = _installed(), ImageFont.Layout.BASIC
    names = [BASE, *(name for name in (*CHINESE, *EMOJI) if name in there)]
    scalable = [Face(ImageFont.truetype(there[n], size, layout_engine=layout), 1.0) for n in names]
    bitmaps = [
        Face(ImageFont.truetype(str(path), own, layout_engine=layout), size / own)
        for path, own in _bitmap_files()
    ]
    return (scalable[0], *bitmaps, *scalable[1:])


@cache
def _bitmap_files() -> tuple[tuple[Path, int], ...]:
    from matplotlib.font_manager import findSystemFonts

    files = {Path(found).name: Path(found) for found in findSystemFonts()}
    return tuple((files[name], own) for name, own in BITMAPS.items() if name in files)
