"""Hidden cases: what a function returns for arguments that nobody was told."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from persona_env.text.spans import READINGS

from .code import Code, is_named, named, read_code
from .sandbox import SandboxError
from .writing import write_function

if TYPE_CHECKING:
    from .task import Task

GUESSED = 0.5
"""The share of hidden cases that a guess may pass, such as one of two answers: it earns nothing."""
LARGE = 1e300  # above it an integer may be no float


@lru_cache(maxsize=READINGS)
def passed(source: str, task: Task) -> tuple[float, str]:
    """The share of hidden cases that a program passes, and what is wrong in words.

    The words tell nothing of the cases. A program that is not in the subset, or whose function has
    another name or takes other parameters, passes none.
    """
    code = read_code(source)
    if isinstance(code, str):
        return 0.0, code
    if not is_named(code.node.name, task.words):
        return 0.0, f"the function is not named {task.words!r}"
    if len(code.node.args.args) != len(task.parameters):
        return 0.0, f"it takes {len(code.node.args.args)} parameters"
    good, problems = 0, dict[str, None]()
    for case in task.hidden:
        right, problem = _passes(code, json.loads(case.arguments), json.loads(case.result))
        good += right
        problems |= dict.fromkeys([problem] if problem else [])
    share = good / len(task.hidden)
    told = f"{good} of {len(task.hidden)} hidden cases pass"
    return share, ". ".join((told, *list(problems)[:1]))


def _passes(code: Code, arguments: list[Any], result: Any) -> tuple[bool, str]:
    try:
        found = code.program.call(code.node.name, arguments)
    except SandboxError as error:
        return False, str(error)
    return same(plain(found), result), ""


def plain(value: Any) -> Any:
    """A value as JSON has it: tuples and ranges as lists, sets as sorted lists, keys as texts."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, set):
        return sorted((plain(one) for one in value), key=repr)
    return [plain(one) for one in value] if isinstance(value, list | tuple | range) else value


def same(found: Any, wanted: Any) -> bool:
    """Equality that tells True from 1, and allows for rounding in numbers with a point.

    >>> same([1, 0.1 + 0.2], [1, 0.3]), same(True, 1)
    (True, False)
    """
    if isinstance(found, bool) or isinstance(wanted, bool) or found is None or wanted is None:
        return found is wanted
    if isinstance(found, int | float) and isinstance(wanted, int | float):
        if max(abs(found), abs(wanted)) > LARGE:
            return found == wanted
        return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-9)
    if type(found) is not type(wanted):
        return False
    if isinstance(found, list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(found, dict):
        return found.keys() == wanted.keys() and all(same(found[k], wanted[k]) for k in wanted)
    return bool(found == wanted)


def worked_out(task: Task, arguments: list[Any]) -> dict[str, str]:
    """A case of a function, as JSON: arguments, and what the reference body returns for them.

    Raises ValueError for a body that is not in the subset or has no result.
    """
    code = read_code(write_function(task, {}))
    if isinstance(code, str):
        raise ValueError(f"the body of {task.words!r}: {code}")
    try:
        found = code.program.call(named(task.words, None), arguments)
    except SandboxError as error:
        raise ValueError(f"the body of {task.words!r} on {arguments}: {error}") from error
    told = (json.dumps(one, ensure_ascii=False) for one in (arguments, plain(found)))
    return dict(zip(("arguments", "result"), told, strict=True))
