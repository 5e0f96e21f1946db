"""The tools of PersonaCapability-v0: what a prompt offers, and which call a family asks for."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import numpy as np

from .draws import WORDS
from .scenario import Tool
from .tool_calls import signature

TEMPLATES = Path(str(resources.files(__package__).joinpath("templates")))
Side = Literal["can", "cannot"]
SIDES: tuple[Side, ...] = ("can", "cannot")
MOST = 2  # tools beside it, and their parameters: a prompt has to fit a short context


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((TEMPLATES / "tools.toml").read_text(encoding="utf-8"))


@cache
def _tools() -> dict[str, dict[str, Tool]]:
    """The tools of each split by name."""
    return {
        split: {name: Tool(name=name, parameters=schema(each)) for name, each in listed.items()}
        for split, listed in _data()["tools"].items()
    }


def calls() -> dict[str, dict[str, Any]]:
    """The call that each family of calls asks for: its tool, and whence its arguments come."""
    found: dict[str, dict[str, Any]] = _data()["calls"]
    return found


def schema(parameters: dict[str, str | list[str]]) -> dict[str, Any]:
    """The JSON Schema of parameters in the short form of ``tools.toml``.

    >>> schema({"city": "string", "unit?": ["c", "f"]})["required"]
    ['city']
    """
    kinds = {
        name.rstrip("?"): {"type": kind} if isinstance(kind, str) else {"enum": kind}
        for name, kind in parameters.items()
    }
    return {
        "type": "object",
        "properties": kinds,
        "required": [name for name in parameters if not name.endswith("?")],
        "additionalProperties": False,
    }


def offered(split: str, right: str, side: Side, rng: np.random.Generator) -> tuple[Tool, ...]:
    """The right tool or another in its place, and up to two that are small, in any order."""
    tools = _tools()[split]
    others = [name for name in tools if name != right]
    instead = str(rng.choice(others))
    small = [name for name in others if name != instead and _is_small(tools[name])]
    beside = rng.permutation(small)[: int(rng.integers(MOST + 1))].tolist()
    names = [right if side == "can" else instead, *beside]
    return tuple(tools[name] for name in rng.permutation(names).tolist())


def _is_small(tool: Tool) -> bool:
    return len(tool.parameters["properties"]) <= MOST


def listing(tools: tuple[Tool, ...], language: str) -> str:
    """The tools as a prompt shows them."""
    return "\n".join([WORDS[language]["head"], *(signature(tool) for tool in tools)])
