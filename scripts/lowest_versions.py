"""Prints a pip constraints file that pins each dependency to the lower bound in pyproject.toml.

``python scripts/lowest_versions.py torch`` leaves torch out, so that pip takes a newer one. The
tools of the development group are left out too: no user meets their versions.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
BOUND = re.compile(r"^([A-Za-z0-9._-]+)>=([0-9.]+)")


def lowest(requirements: list[str], newer: set[str]) -> list[str]:
    """``name==lower bound`` for each requirement with one.

    >>> lowest(["numpy>=2.0", "torch>=2.6,<3", "rich"], {"torch"})
    ['numpy==2.0']
    """
    found = [match for line in requirements if (match := BOUND.match(line))]
    return [f"{name}=={bound}" for name, bound in (m.groups() for m in found) if name not in newer]


if __name__ == "__main__":
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    print("\n".join(lowest(project["dependencies"], set(sys.argv[1:]))))
