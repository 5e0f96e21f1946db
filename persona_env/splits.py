"""The splits of users and scenarios, and where their files are."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import TypeVar

from persona_env.errors import unknown_name

T = TypeVar("T")
Split = str  # "train", "heldout" or "all"
SPLITS = ("train", "heldout", "all")


def check_split(split: Split) -> Split:
    """``split``, if there is one of that name; raises :class:`UnknownNameError`."""
    if split not in SPLITS:
        raise unknown_name("split", split, SPLITS)
    return split


def package_folder(package: str, *parts: str) -> Path:
    """A folder of the installed package: data that people are meant to read, always as files."""
    return Path(str(resources.files(package).joinpath(*parts)))


def listed(chosen: Iterable[T]) -> tuple[T, ...]:
    """``chosen`` as a tuple; one name stands for a list of one."""
    return (chosen,) if isinstance(chosen, str) else tuple(chosen)  # type: ignore[return-value]
