"""What each figure of a report is, in a sentence and a formula."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from persona_env.files import read_toml

FILE = Path(__file__).with_name("measures.toml")


class Meaning(NamedTuple):
    """What a figure is; ``formula`` is empty where the sentence says all."""

    says: str
    formula: str = ""


def meaning_of(measure: str) -> Meaning:
    """What a measure of every report is.

    >>> meaning_of("personalisation gain").formula
    '(R − R_blind) / (R_oracle − R_blind)'
    """
    return Meaning(**_known()[measure])


def own_meaning_of(measure: str) -> Meaning | None:
    """What an environment's own measure is, by its name; ``None`` for one that is not bundled."""
    family = "style" if measure.startswith("style_") else measure
    found = _known()["own"].get(family)
    if found is None:
        return None
    if family == measure:
        return Meaning(**found)
    return Meaning(f"The share in which the style is {measure.removeprefix('style_')!r}.")


@cache
def _known() -> dict[str, Any]:
    return read_toml(FILE)
