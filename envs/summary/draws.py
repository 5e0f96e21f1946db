"""Posts made from the families in ``templates``: the same index is the same post anywhere."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from persona_env.errors import ScenarioError
from persona_env.files import read_toml
from persona_env.languages import HAN, LANGUAGES, Language

from .scenario import KINDS, SummaryScenario

SEED = 2026
PARTS = ("openings", *KINDS, "asides")
"""What a family has in each language: lists of one length, whose entries mean the same."""

Family = Mapping[str, Any]
Values = Mapping[str, Any]


@cache
def families() -> dict[str, Family]:
    """The families by name; raises :class:`ScenarioError` for a file that is not whole."""
    folder = Path(str(resources.files(__package__).joinpath("templates")))
    paths = sorted(folder.glob("*.toml"))
    found: dict[str, Family] = {path.stem: read_toml(path, ScenarioError) for path in paths}
    for name, family in found.items():
        for part in (*PARTS, *family["lists"]):
            counts = {len(family[code][part]) for code in LANGUAGES if code in family}
            if len(counts) != 1:
                raise ScenarioError(
                    f"{name}.toml: {part!r} has other lengths by language: {counts}"
                )
    return found


class _Draw:
    """What is drawn once and holds in every language: numbers, and places in lists."""

    def __init__(self, name: str, index: int) -> None:
        sequence = np.random.SeedSequence([SEED, zlib.crc32(name.encode()), index])
        self._rng, self._points = np.random.default_rng(sequence), dict[str, float]()

    def pick(self, name: str, items: Sequence[Any]) -> Any:
        """One of the items: in lists of one length, the same place whenever it is asked for."""
        if name not in self._points:
            self._points[name] = float(self._rng.random())
        return items[int(self._points[name] * len(items))]

    def order(self, count: int) -> list[int]:
        """The numbers up to ``count`` in some order."""
        return [int(i) for i in self._rng.permutation(count)]


def make(name: str, index: int) -> SummaryScenario:
    """The post ``index`` of the family ``name``, in every language."""
    family, draw = families()[name], _Draw(name, index)
    numbers = {key: draw.pick(key, range(*ends)) for key, ends in family["numbers"].items()}
    order = draw.order(len(KINDS) - 2)
    texts = {code: _post(family, code, numbers, order, draw) for code in LANGUAGES}
    return SummaryScenario.model_validate(
        {
            "id": f"{name}/{index}", "family": f"{family['category']}/{name}",
            "split": family["split"], "category": family["category"], "reply_kind": "piece",
            "mood": family.get("mood", "neutral"), "texts": texts,
        }
    )  # fmt: skip


def _post(
    family: Family, code: Language, numbers: Values, order: Sequence[int], draw: _Draw
) -> dict[str, Any]:
    """The post in one language: what happened first, what is asked last, the rest in any order."""
    own = family[code]
    values = {**numbers, **{key: draw.pick(key, own[key]) for key in family["lists"]}}
    told = {kind: draw.pick(kind, own[kind]) for kind in KINDS}
    first, *middle, last = KINDS
    kinds = [first, *(middle[i] for i in order), last]
    said = [told[kind]["text"] for kind in kinds]
    said.insert(3, draw.pick("asides", own["asides"]))
    between = "" if code in HAN else " "
    post = between.join([draw.pick("openings", own["openings"]), *said]).format(**values)
    facts = [
        [kind, *(part.format(**values) for part in (told[kind]["says"], *told[kind]["needs"]))]
        for kind in kinds
    ]
    false = [
        [part.format(**values) for part in told[kind]["false"]]
        for kind in kinds
        if "false" in told[kind]
    ]
    return {"post": post, "facts": facts, "false": false}
