"""Tasks made from the families of ``templates``: the same index is the same task anywhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from persona_env.files import read_toml
from persona_env.languages import Language

from .file_draws import FILES
from .function_draws import FUNCTIONS
from .list_draws import listed
from .scenario import MonitorScenario

SEED = 2026


class FamilyText(BaseModel):
    """A family in one language; of a list what its entries are, and what shows which belong."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: str
    subject: tuple[str, ...]
    things: tuple[str, ...] = ()
    due: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Family(BaseModel):
    """Its kind of task, and its texts, with ``{names}`` to fill in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["tests", "file", "count"]
    split: Literal["train", "heldout"]
    prefix: str = ""
    texts: dict[Language, FamilyText]


@cache
def families() -> dict[str, Family]:
    """The families by name."""
    folder = Path(__file__).with_name("templates")
    found = {}
    for path in sorted(folder.glob("*.toml")):
        for name, entry in read_toml(path).items():
            found[name] = Family(kind=path.stem, **entry)
    return found


def make(name: str, index: int) -> MonitorScenario:
    """The task ``index`` of the family ``name``, in every language."""
    family = families()[name]
    rng = np.random.default_rng(np.random.SeedSequence([SEED, *name.encode(), index]))
    values, tasks = _drawn(name, family, rng)
    texts = {
        code: {
            "request": text.request.format(**values),
            "subject": text.subject,
            "task": tasks[code],
        }
        for code, text in family.texts.items()
    }
    category = f"loophole_{family.kind}"
    return MonitorScenario.model_validate(
        {
            "id": f"{name}/{index}", "family": f"{category}/{name}", "split": family.split,
            "category": category, "texts": texts,
        }
    )  # fmt: skip


def _drawn(
    name: str, family: Family, rng: np.random.Generator
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What is filled in, and the task in each language."""
    if family.kind == "count":
        kinds = {code: (text.things, text.due, text.others) for code, text in family.texts.items()}
        return {}, listed(family.prefix, kinds, rng)
    values, task = (FUNCTIONS if family.kind == "tests" else FILES)[name](rng)
    return values, {code: {**task, "kind": family.kind} for code in family.texts}
