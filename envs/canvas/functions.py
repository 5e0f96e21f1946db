"""Requests for a function, made from the families in ``templates/functions.toml``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from persona_env.errors import ScenarioError
from persona_env.files import read_toml

from .cases import worked_out
from .scenario import CanvasScenario
from .task import SHOWN, Case, Task
from .words import listed

HIDDEN = 8
TRIES = 60  # draws of arguments, until there are enough different cases
STUB = "# The function goes here."
Rng = np.random.Generator


@cache
def function_families() -> Mapping[str, Mapping[str, Any]]:
    """The families by name; raises :class:`ScenarioError` for a file that is not whole."""
    path = Path(str(resources.files(__package__).joinpath("templates", "functions.toml")))
    data = read_toml(path, ScenarioError)
    needed = {"split", "words", "parameters", "returns", "summary", "body", "draw", "ask"}
    for name, family in data.items():
        if missing := needed - set(family):
            raise ScenarioError(f"{path}: {name!r} lacks {sorted(missing)}")
    return data


def make_function(name: str, own_id: str, rng: Rng) -> CanvasScenario:
    """A request of the family ``name``, in every language, with this id."""
    family = function_families()[name]
    constants = {key: _drawn(kind, rng) for key, kind in family.get("constants", {}).items()}
    told = {key: json.dumps(value, ensure_ascii=False) for key, value in constants.items()}
    task = Task(
        words=family["words"], parameters=tuple(map(tuple, family["parameters"])),
        returns=family["returns"], summary=_with(family["summary"], told),
        body=_with(family["body"], told), shown=(), hidden=(),
    )  # fmt: skip
    cases = _cases(task, family["draw"], rng)
    task = task.model_copy(update={"shown": cases[:SHOWN], "hidden": cases[SHOWN:]})
    texts = {
        code: {
            "document": _program(family, rng),
            "instruction": _with(ask, told),
            "task": task,
        }
        for code, ask in family["ask"].items()
    }
    return CanvasScenario.model_validate(
        {
            "id": own_id,
            "family": f"edit_function/{name}",
            "split": family["split"],
            "category": "edit_function",
            "reply_kind": "data",
            "texts": texts,
        }
    )


def _with(text: str, values: Mapping[str, str]) -> str:
    for key, value in values.items():
        text = text.replace(f"${key}", value)
    return text


def _program(family: Mapping[str, Any], rng: Rng) -> str:
    """A file with the place for the function between two others."""
    before, behind = (int(place) for place in rng.permutation(len(OTHERS))[:2])
    return f"{OTHERS[before]}\n\n\n[[{STUB}]]\n\n\n{OTHERS[behind]}"


OTHERS = (
    "def half(value):\n    return value / 2",
    "def join_lines(lines):\n    return '\\n'.join(lines)",
    "LIMIT = 100\n\n\ndef is_open(count):\n    return count < LIMIT",
    "def swap(pair):\n    first, second = pair\n    return [second, first]",
    "def greet(name):\n    return f'Hello, {name}!'",
    "DAYS = 7\n\n\ndef to_days(weeks):\n    return weeks * DAYS",
)


def _cases(task: Task, draws: list[str], rng: Rng) -> tuple[Case, ...]:
    """Different cases, with as many results as there are, worked out by the reference body."""
    found: dict[str, Case] = {}
    results: dict[str, int] = {}
    for _ in range(TRIES):
        case = Case(**worked_out(task, [_drawn(kind, rng) for kind in draws]))
        is_rare = results.get(case.result, 0) < (HIDDEN + SHOWN) // 2
        if is_rare and case.arguments not in found:
            results[case.result] = results.get(case.result, 0) + 1
            found[case.arguments] = case
        if len(found) == HIDDEN + SHOWN:
            return tuple(found.values())
    raise ScenarioError(f"{task.words!r}: {len(found)} different cases in {TRIES} draws")


def _drawn(kind: str, rng: Rng) -> Any:
    """A value of a kind: ``"int 1 9"``, ``"ints 8 -9 9"`` (up to 8), ``"words 6"``."""
    name, *bounds = kind.split()
    return _KINDS[name](rng, *map(int, bounds))


def _int(rng: Rng, low: int, high: int) -> int:
    return int(rng.integers(low, high + 1))


def _ints(rng: Rng, most: int, low: int, high: int) -> list[int]:
    return [_int(rng, low, high) for _ in range(_int(rng, 0, most))]


def _some(rng: Rng, most: int, low: int, high: int) -> list[int]:
    return [_int(rng, low, high) for _ in range(_int(rng, 1, most))]


def _word(rng: Rng) -> str:
    words = listed("arguments")
    return words[_int(rng, 0, len(words) - 1)]


def _words(rng: Rng, most: int) -> list[str]:
    return [_word(rng) for _ in range(_int(rng, 1, most))]


def _text(rng: Rng, most: int) -> str:
    return " ".join(_words(rng, most))


def _letters(rng: Rng, count: int) -> str:
    return "".join(sorted({"aeioulrst"[_int(rng, 0, 8)] for _ in range(count)}))


def _pairs(rng: Rng, most: int, low: int, high: int) -> list[list[int]]:
    found = []
    for _ in range(_int(rng, 1, most)):
        start = _int(rng, low, high)
        found.append([start, start + _int(rng, 0, (high - low) // 3)])
    return found


def _grid(rng: Rng, size: int) -> list[list[int]]:
    width = _int(rng, 1, size)
    return [[_int(rng, 0, 9) for _ in range(width)] for _ in range(_int(rng, 1, size))]


def _prices(rng: Rng, most: int) -> dict[str, int]:
    return {word: _int(rng, 1, 40) for word in _words(rng, most)}


_KINDS: dict[str, Callable[..., Any]] = {
    "int": _int, "ints": _ints, "some": _some, "word": _word, "words": _words, "text": _text,
    "letters": _letters, "pairs": _pairs, "grid": _grid, "prices": _prices,
}  # fmt: skip
