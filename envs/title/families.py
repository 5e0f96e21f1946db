"""The families of generated sessions, as their files in ``templates`` hold them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from persona_env.errors import ScenarioError
from persona_env.languages import LANGUAGES, Language
from persona_env.text.spans import plain

from .words import own_words


@dataclass(frozen=True, slots=True)
class Family:
    """One subject: its split, and what its file holds, by language."""

    name: str
    split: Literal["train", "heldout"]
    emoji: tuple[str, ...]
    numbers: Mapping[str, tuple[int, int, int]]
    texts: Mapping[Language, Mapping[str, Any]]
    cases: tuple[Mapping[str, Any], ...]


@cache
def families() -> dict[str, Family]:
    """The families by name; raises :class:`ScenarioError` for a file that is not whole."""
    folder = Path(str(resources.files(__package__).joinpath("templates")))
    return {path.stem: _family(path) for path in sorted(folder.glob("*.toml"))}


def _family(path: Path) -> Family:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        texts = {code: data[code] for code in LANGUAGES}
        numbers = {name: tuple(ends) for name, ends in data["numbers"].items()}
        family = Family(
            path.stem, data["split"], tuple(data["emoji"]), numbers, texts, tuple(data["case"])
        )
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise ScenarioError(f"{path}: {type(error).__name__}: {error}") from error
    _check(path, family)
    return family


def _check(path: Path, family: Family) -> None:
    """Whether all languages have as much of everything, since one draw serves all."""
    for name in ("things", "openings", "details", "extras"):
        counts = {code: len(text[name]) for code, text in family.texts.items()}
        if len({*counts.values()}) > 1:
            raise ScenarioError(
                f"{path}: {name!r} needs as many entries in each language: {counts}"
            )
    for number, case in enumerate(family.cases, start=1):
        missing = [code for code in LANGUAGES if code not in case]
        if missing:
            raise ScenarioError(f"{path}: case {number} has no text in {missing}")


def things(family: str, language: str) -> tuple[str, ...]:
    """What the sessions of a scenario's family are about; of written sessions nothing is known."""
    made = families().get(family.rpartition("/")[2])
    if made is None:
        return ()
    return tuple(next(text for code, text in made.texts.items() if code == language)["things"])


@cache
def talk() -> dict[str, Any]:
    """What people say in any session, by language."""
    return own_words().each("talk")


@cache
def small_talk(language: str) -> frozenset[str]:
    """What is said in generated sessions and has nothing to do with their subject, plain."""
    said = talk()[language]
    turns = [*said["greetings"], *said["thanks"], *said["asides"], *said["private"].values()]
    return frozenset(plain(line) for turn in turns for line in turn)
