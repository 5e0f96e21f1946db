"""The code on a page: also the blocks that only the environment of a host can run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```(?:python|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text("utf-8")


def run_blocks(name: str, holding: str, changes: dict[str, str], **given: Any) -> dict[str, Any]:
    """Run the blocks of a page that import something and hold this text, in one namespace.

    A key of ``changes`` is what is written there, its value what runs in its place.
    """
    found = [one for one in BLOCK.findall(page(name)) if "import " in one and holding in one]
    assert found
    code = "\n".join(found)
    for written, run in changes.items():
        assert written in code, written
        code = code.replace(written, run)
    namespace = {"__name__": "__main__", **given}
    exec(compile(code, f"{name}.md", "exec", dont_inherit=True), namespace)
    return namespace
