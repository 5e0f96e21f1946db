"""Requests made from ``templates/``: the same index is the same request anywhere."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from . import parts, rewrites
from .functions import function_families, make_function
from .scenario import CanvasScenario
from .told import Draw, template

SEED = 2026
FUNCTIONS = {"functions": "train", "tasks": "heldout"}
"""Pools of requests for a function, with their split."""


def themes() -> Mapping[str, Mapping[str, Any]]:
    """The themes by name, with what their documents say."""
    return template("themes")


MAKERS: dict[str, Callable[[Draw], rewrites.Fields]] = {
    "shorten": rewrites.shorten,
    "question": parts.question,
    "define": rewrites.define,
    "page": parts.page,
    "active": rewrites.active,
    "heading": parts.heading,
    "simplify": rewrites.simplify,
    "update": parts.update,
    "spelling": rewrites.spelling,
}


def make(name: str, index: int) -> CanvasScenario:
    """The request ``index`` of a pool: of the theme ``name``, or of functions of a split."""
    rng = np.random.default_rng(np.random.SeedSequence([SEED, zlib.crc32(name.encode()), index]))
    if name in FUNCTIONS:
        families = [k for k, one in function_families().items() if one["split"] == FUNCTIONS[name]]
        return make_function(families[index % len(families)], f"{name}/{index}", rng)
    theme = themes()[name]
    kind = tuple(MAKERS)[index % len(MAKERS)]
    fields = MAKERS[kind](Draw(theme, theme["split"], rng))
    return CanvasScenario.model_validate(
        {
            "id": f"{name}/{index}", "family": f"edit_{kind}/{name}", "split": theme["split"],
            "category": f"edit_{kind}", "reply_kind": "data", "texts": {theme["language"]: fields},
        }
    )  # fmt: skip
