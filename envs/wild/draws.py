"""Talks made from the families of ``templates``: the same index is the same turn anywhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from persona_env.files import read_toml
from persona_env.languages import Language
from persona_env.scenarios.schema import ScenarioText

from .scenario import WildScenario

TURNS = 3  # a question, a correction, a thank-you
SEED = 2026
LEAST, MOST = 3, 60  # of what is counted
Turn = Literal["opening", "right", "wrong", "thanked"]


class Family(BaseModel):
    """Texts in each language; ``each`` is what one unit holds (60 minutes an hour).

    In a text ``{n}`` is the number asked about and ``{value}`` what it makes; ``{m}`` and ``{new}``
    are those of a right correction, ``{wrong}`` the value of a wrong one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    split: Literal["train", "heldout"]
    each: int
    texts: dict[Language, dict[Turn, dict[str, Any]]]


@cache
def families() -> dict[str, Family]:
    """The families by name."""
    folder = Path(__file__).with_name("templates")
    return {path.stem: Family(**read_toml(path)) for path in sorted(folder.glob("*.toml"))}


def make(name: str, index: int) -> WildScenario:
    """The turn ``index`` of the family ``name``, in every language."""
    family, (talk, place) = families()[name], divmod(index, TURNS)
    rng = np.random.default_rng(np.random.SeedSequence([SEED, *name.encode(), talk]))
    n, m = (int(x) for x in rng.choice(np.arange(LEAST, MOST), 2, replace=False))
    is_right = bool(rng.random() < 0.5)
    off = int(rng.integers(1, 10)) * (1 if rng.random() < 0.5 else -1)
    value, new = n * family.each, m * family.each
    fill = {"n": n, "value": value, "m": m, "new": new, "wrong": value + off}
    correction: Turn = "right" if is_right else "wrong"
    kind: Turn = ("opening", correction, "thanked")[place]
    stated = {"opening": value, "right": new, "wrong": value}.get(kind)
    false = {"right": value, "wrong": value + off}.get(kind)
    category = "corrected" if kind == correction else kind
    others = {code: (str(n),) for code in family.texts} if kind == "right" else None
    return WildScenario(
        id=f"{name}/{index}", family=f"{category}/{name}", split=family.split, category=category,
        turn=place + 1, correction=correction if category == "corrected" else None,
        others=others, reply_kind="piece" if kind == "thanked" else "prose",
        texts={code: _text(said[kind], fill, stated, false) for code, said in family.texts.items()},
    )  # fmt: skip


def _text(
    said: dict[str, Any], fill: dict[str, int], stated: int | None, false: int | None
) -> ScenarioText:
    written = {
        key: value.format(**fill) if isinstance(value, str) else value
        for key, value in said.items()
    }
    return ScenarioText(
        **written,
        reference=() if stated is None else ((str(stated),),),
        false=() if false is None else (str(false),),
    )


def find(name: str) -> WildScenario | None:
    """The generated turn of this id, of either split."""
    family, _, index = name.rpartition("/")
    return make(family, int(index)) if family in families() and index.isdecimal() else None
