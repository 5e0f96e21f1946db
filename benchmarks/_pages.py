"""Tables that a benchmark writes into a page, between marks. Measures nothing by itself."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
END = "<!-- end of measured -->"


def put(page: Path, mark: str, text: str) -> None:
    """Write ``text`` between the marks of this name in a page.

    Raises :class:`RuntimeError` for a page without them.
    """
    before, _, after = _parts(page, mark)
    page.write_text(f"{before}\n{text}\n{after}", "utf-8")


def on_page(page: Path, mark: str) -> str:
    """The text between the marks of this name in a page.

    Raises :class:`RuntimeError` for a page without them.
    """
    return _parts(page, mark)[1].strip()


def _parts(page: Path, mark: str) -> tuple[str, str, str]:
    """A page up to the first mark of a part, the part, and the rest from its last mark on."""
    begin = f"<!-- measured: {mark} -->"
    before, _, rest = page.read_text("utf-8").partition(begin)
    part, found, after = rest.partition(END)
    if not found:
        raise RuntimeError(f"{page} has no part between {begin} and {END}")
    return before + begin, part, END + after
