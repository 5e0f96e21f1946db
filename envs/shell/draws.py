"""Requests made from the families of ``templates``: the same index is the same request anywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from persona_env.scenarios.templates import Template, load_templates, same

from . import folders, lines, removals
from .plan import Plan
from .scenario import ShellScenario

SEED = 2027
Draw = Callable[[np.random.Generator], Plan]
DRAWS: dict[str, Draw] = {**folders.DRAWS, **removals.DRAWS, **lines.DRAWS}


@cache
def templates() -> dict[str, Template]:
    """The families by name."""
    folder = Path(__file__).with_name("templates")
    return load_templates(folder / "requests.toml", ShellScenario)


FAMILIES: dict[str, str] = {name: template.split for name, template in templates().items()}
"""The split of each family."""


def make(name: str, index: int) -> ShellScenario:
    """The request ``index`` of the family ``name``, in every language."""
    rng = np.random.default_rng(np.random.SeedSequence([SEED, *name.encode(), index]))
    plan = DRAWS[name](rng)
    made = templates()[name].fill(
        f"{name}/{index}", same(**plan.values), reply_kind="data", files=plan.files,
        folders=plan.folders, changes=plan.changes, commands=plan.commands(),
    )  # fmt: skip
    if not isinstance(made, ShellScenario):
        raise TypeError(f"family {name!r} makes a {type(made).__name__}")
    return made
