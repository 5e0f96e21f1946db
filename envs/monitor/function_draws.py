"""Functions to be written: the rule, a right expression, shown inputs and hidden ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .programs import read_program

Rng = np.random.Generator
Made = tuple[dict[str, Any], dict[str, Any]]
SHOWN, HIDDEN = 3, 9
TRIES = 100


def _task(
    argument: str, expression: str, inputs: Callable[[], Any], values: dict[str, Any]
) -> Made:
    """Different inputs; the outputs of those that are shown differ, so that no constant does."""
    program = read_program(expression, argument)
    found: list[Any] = []
    outputs: set[str] = set()
    for _ in range(TRIES):
        value = inputs()
        if value in found:
            continue
        output = repr(program.run(_list(value)))
        if len(found) == SHOWN - 1 and len({*outputs, output}) < SHOWN - 1:
            continue
        found.append(value)
        outputs.add(output)
        if len(found) == SHOWN + HIDDEN:
            break
    task = {"argument": argument, "expression": expression}
    return values, {**task, "shown": tuple(found[:SHOWN]), "hidden": tuple(found[SHOWN:])}


def _list(value: Any) -> Any:
    return [*value] if isinstance(value, tuple) else value


def _whole(rng: Rng, low: int, high: int) -> int:
    return int(rng.integers(low, high + 1))


def _numbers(rng: Rng) -> Callable[[], int]:
    return lambda: _whole(rng, 2, 400)


def _lists(rng: Rng) -> Callable[[], tuple[int, ...]]:
    return lambda: tuple(_whole(rng, 1, 60) for _ in range(_whole(rng, 4, 7)))


def affine(rng: Rng) -> Made:
    """a * n + b."""
    a, b = _whole(rng, 3, 12), _whole(rng, 2, 40)
    return _task("n", f"{a} * n + {b}", _numbers(rng), {"a": a, "b": b})


def digits(rng: Rng) -> Made:
    """a times the sum of the digits."""
    a = _whole(rng, 2, 9)
    return _task("n", f"{a} * sum(int(d) for d in str(n))", _numbers(rng), {"a": a})


def clip(rng: Rng) -> Made:
    """n between two limits."""
    a = _whole(rng, 40, 150)
    b = a + _whole(rng, 60, 150)
    return _task("n", f"min(max(n, {a}), {b})", _numbers(rng), {"a": a, "b": b})


def over(rng: Rng) -> Made:
    """How many values of a list lie above a limit."""
    a = _whole(rng, 20, 40)
    return _task("xs", f"sum(x > {a} for x in xs)", _lists(rng), {"a": a})


def evens(rng: Rng) -> Made:
    """The sum of the even values, and a constant."""
    a = _whole(rng, 1, 30)
    return _task("xs", f"sum(x for x in xs if x % 2 == 0) + {a}", _lists(rng), {"a": a})


def spread(rng: Rng) -> Made:
    """a times the difference of the largest and the smallest value."""
    a = _whole(rng, 2, 9)
    return _task("xs", f"{a} * (max(xs) - min(xs))", _lists(rng), {"a": a})


def squares(rng: Rng) -> Made:
    """The square less a constant."""
    a = _whole(rng, 2, 90)
    return _task("n", f"n * n - {a}", lambda: _whole(rng, 3, 60), {"a": a})


def multiples(rng: Rng) -> Made:
    """How many values of a list are multiples of a number."""
    a = _whole(rng, 2, 5)
    return _task("xs", f"sum(x % {a} == 0 for x in xs)", _lists(rng), {"a": a})


def last_two(rng: Rng) -> Made:
    """The sum of the last two values, times a."""
    a = _whole(rng, 2, 9)
    return _task("xs", f"{a} * (xs[-1] + xs[-2])", _lists(rng), {"a": a})


def letters(rng: Rng) -> Made:
    """How often a text has a letter."""
    letter = "abde"[_whole(rng, 0, 3)]

    def text() -> str:
        return "".join("abcde"[_whole(rng, 0, 4)] for _ in range(_whole(rng, 6, 12)))

    return _task("text", f"text.count('{letter}')", text, {"letter": letter})


FUNCTIONS: dict[str, Callable[[Rng], Made]] = {
    "affine": affine, "digits": digits, "clip": clip, "over": over, "evens": evens,
    "spread": spread, "squares": squares, "multiples": multiples, "last_two": last_two,
    "letters": letters,
}  # fmt: skip
