"""Wheels of this library and of an integration, installed in a folder of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TREE = (
    "persona_env", "envs", "agents", "user_profiles", "pyproject.toml", "setup.py", "README.md",
    "LICENSE",
)  # fmt: skip
SKIPPED = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")


def run(*command: str | Path, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **variables}, capture_output=True, text=True,
        check=False, timeout=500,
    )  # fmt: skip


def install_wheels(integration: str | None, target: Path, scratch: Path) -> Path:
    """The folder for PYTHONPATH: it comes before what is installed in an editable way."""
    packages = ["./library", *([f"./{integration}"] if integration else [])]
    (scratch / "library").mkdir()
    for name in TREE:
        path = ROOT / name
        copy = scratch / "library" / name
        shutil.copytree(path, copy, ignore=SKIPPED) if path.is_dir() else shutil.copy(path, copy)
    if integration:
        shutil.copytree(ROOT / "integrations" / integration, scratch / integration, ignore=SKIPPED)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    built = ("wheel", "--no-deps", "--no-build-isolation", "-w", "wheels")
    done = run(*pip, *built, *packages, cwd=scratch)
    assert done.returncode == 0, done.stderr[-3000:]
    wheels = sorted((scratch / "wheels").glob("*.whl"))
    done = run(*pip, "install", "--no-deps", "--no-index", "--target", target, *wheels, cwd=scratch)
    assert done.returncode == 0, done.stderr[-3000:]
    return target
