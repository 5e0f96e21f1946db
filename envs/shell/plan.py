"""A drawn request: its names, files, what is to become of them, and the commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

STEMS = (
    "report", "notes", "invoice", "draft", "minutes", "budget", "letter", "plan", "survey",
    "recipe", "trip", "photo", "scan", "backup", "list", "order", "guide", "song", "lesson",
    "quote", "sketch", "index", "table", "thesis", "review",
)  # fmt: skip
FOLDERS = (
    "work", "docs", "private", "inbox", "projects", "school", "office", "club", "garden", "music",
    "studio", "clients", "travel", "taxes", "shop", "lab", "team", "press", "home-page", "stock",
)  # fmt: skip
INNER = ("old", "2025", "2026", "north", "south", "misc", "daily", "raw")
ENDINGS = ("txt", "log", "csv", "md", "tmp", "bak", "jpg", "pdf", "json", "html", "conf", "dat")
WORDS = ("apple", "river", "stone", "cloud", "lamp", "bridge", "forest", "paper", "copper",
         "window", "silver", "meadow", "harbour", "violet", "candle", "marble")  # fmt: skip


@dataclass(slots=True)
class Plan:
    """What a draw gives; ``bash`` and ``powershell`` are commands, ``zsh`` where it differs."""

    values: dict[str, Any]
    bash: str
    powershell: str
    zsh: str = ""
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    changes: list[tuple[str, ...]] = field(default_factory=list)

    def commands(self) -> dict[str, str]:
        """The commands by shell."""
        found = {"bash": self.bash, "powershell": self.powershell}
        return found | ({"zsh": self.zsh} if self.zsh else {})


def some(rng: np.random.Generator, names: tuple[str, ...], n: int) -> list[str]:
    """``n`` different ones."""
    return [names[i] for i in rng.permutation(len(names))[:n].tolist()]


def stem(rng: np.random.Generator) -> str:
    """A name with a number, such as ``notes-17``."""
    return f"{STEMS[int(rng.integers(len(STEMS)))]}-{int(rng.integers(10, 99))}"


def stems(rng: np.random.Generator, n: int) -> list[str]:
    """``n`` different names."""
    found: dict[str, None] = {}
    while len(found) < n:
        found[stem(rng)] = None
    return [*found]


def text(rng: np.random.Generator, n: int = 2, without: tuple[str, ...] = ()) -> str:
    """``n`` lines of two words and a number: no two files hold the same."""
    words = [word for word in WORDS if word not in without]
    rows = []
    for _ in range(n):
        a, b = rng.integers(len(words), size=2).tolist()
        rows.append(f"{words[a]} {words[b]} {int(rng.integers(1_000, 9_999))}\n")
    return "".join(rows)


def place(rng: np.random.Generator, folder: str, inner: str) -> str:
    """The folder, or with a third of the chance the one inside."""
    return folder if rng.random() < 2 / 3 else f"{folder}/{inner}"
