"""Tables that a benchmark writes into a page, between marks. Measures nothing by itself."""

from __future__ import annotations

from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
END = "<!-- end of measured -->"


def put(page: Path, mark: str, text: str) -> None:
    """Write ``text`` between the marks of this name in a page.

    Raises :class:`RuntimeError` for a page without them.
    """
    begin = f"<!-- measured: {mark} -->"
    before, _, rest = page.read_text("utf-8").partition(begin)
    _, found, after = rest.partition(END)
    if not found:
        raise RuntimeError(f"{page} has no part between {begin} and {END}")
    page.write_text(f"{before}{begin}\n{text}\n{END}{after}", "utf-8")
