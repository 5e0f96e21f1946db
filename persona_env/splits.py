"""The splits of users and scenarios, and where their files are."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from persona_env.arguments import choice

Split = str  # "train", "heldout" or "all"
SPLITS = ("train", "heldout", "all")


def check_split(split: Split) -> Split:
    """``split``, if there is one of that name; raises :class:`UnknownNameError`."""
    return choice("split", split, SPLITS)


def package_folder(package: str, *parts: str) -> Path:
    """A folder of the installed package: data that people are meant to read, always as files."""
    return Path(str(resources.files(package).joinpath(*parts)))
