"""The words that the environment looks for and says, by language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from persona_env.languages import OwnWords, load_own_words


@cache
def own_words() -> OwnWords:
    """What ``languages/CODE.toml`` holds, by language."""
    return load_own_words(Path(str(resources.files(__package__).joinpath("languages"))))


@cache
def listed(name: str) -> tuple[str, ...]:
    """The words of one list, in all languages that have it, in their order."""
    found = [data["words"][name] for data in own_words().values() if name in data.get("words", {})]
    return tuple(" ".join(found).split())


@cache
def spellings() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """American words by British ones, and the other way round."""
    entries = [
        entry.split()
        for data in own_words().values()
        for entry in data.get("words", {}).get("spelling", "").split("|")
    ]
    pairs = [(british, american) for british, american in filter(None, entries)]
    return dict(pairs), {american: british for british, american in pairs}


@cache
def marks() -> tuple[str, ...]:
    """What a last line begins with that tells what was changed, in any language."""
    return tuple(mark for data in own_words().values() for mark in data["notes"])


def said(language: str) -> dict[str, Any]:
    """What the environment says in a language."""
    return own_words()[language]
