"""What the Makefile says before it does something that takes long."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
def test_the_demo_begins_with_how_long_it_takes():
    done = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "--always-make", "demo"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    first, *rest = done.stdout.splitlines()
    assert "about 7 minutes with the installation" in first
    assert "about 7 minutes with the installation" in (ROOT / "README.md").read_text("utf-8")
    assert any("pip install" in line for line in rest)
    assert any("persona-env train --output runs/demo" in line for line in rest)
