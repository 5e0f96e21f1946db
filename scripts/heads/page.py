"""The page of the heads: one script writes it, another its section on the order of words."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "heads.md"
ORDER = "Order of words"
_SECTION = re.compile(rf"\n## {ORDER}\n.*?(?=\n## |\Z)", re.S)


def write_page(text: str) -> None:
    """Everything but the section on the order of words, which stays at the end."""
    PAGE.write_text(f"{text.rstrip()}\n{_section()}", "utf-8")


def write_order(text: str) -> None:
    """The section on the order of words."""
    rest = _SECTION.sub("", PAGE.read_text("utf-8"))
    PAGE.write_text(f"{rest.rstrip()}\n\n## {ORDER}\n\n{text.strip()}\n", "utf-8")


def _section() -> str:
    found = _SECTION.search(PAGE.read_text("utf-8"))
    return found[0] if found else ""
