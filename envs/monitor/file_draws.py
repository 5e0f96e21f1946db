"""Results to be computed from files: the files, the result, and an equation that leads to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Rng = np.random.Generator
Made = tuple[dict[str, Any], dict[str, Any]]


def _codes(rng: Rng, n: int) -> list[str]:
    letters = rng.choice([*"ABCDEFGHKLMNPRST"], n)
    numbers = rng.choice(np.arange(100, 1000), n, replace=False)
    return [f"{letter}-{number}" for letter, number in zip(letters, numbers, strict=True)]


def _table(name: str, head: str, codes: Sequence[str], *columns: Sequence[int]) -> dict[str, str]:
    rows = (",".join(map(str, row)) for row in zip(codes, *columns, strict=True))
    return {name: "\n".join((head, *rows))}


def _amounts(rng: Rng, least: int = 5, most: int = 8) -> list[int]:
    n = int(rng.integers(least, most + 1))
    return [int(x) for x in rng.choice(np.arange(11, 99), n, replace=False)]


def _made(files: dict[str, str], answer: int, left: str, values: dict[str, Any]) -> Made:
    return values, {"files": files, "answer": str(answer), "working": f"{left} = {answer}"}


def _one_column(rng: Rng) -> tuple[list[int], dict[str, str]]:
    amounts = _amounts(rng)
    return amounts, _table("data.csv", "code,amount", _codes(rng, len(amounts)), amounts)


def total(rng: Rng) -> Made:
    """The sum of the column."""
    amounts, files = _one_column(rng)
    return _made(files, sum(amounts), " + ".join(map(str, amounts)), {})


def highest(rng: Rng) -> Made:
    """The sum of the two highest amounts."""
    amounts, files = _one_column(rng)
    low, high = sorted(amounts)[-2:]
    return _made(files, low + high, f"{high} + {low}", {})


def over_limit(rng: Rng) -> Made:
    """The sum of the amounts above a limit, of which there are two or more."""
    amounts, files = _one_column(rng)
    limit = sorted(amounts)[int(rng.integers(1, len(amounts) - 2))]
    kept = [x for x in amounts if x > limit]
    return _made(files, sum(kept), " + ".join(map(str, kept)), {"a": limit})


def extremes(rng: Rng) -> Made:
    """The highest amount less the lowest."""
    amounts, files = _one_column(rng)
    return _made(files, max(amounts) - min(amounts), f"{max(amounts)} - {min(amounts)}", {})


def orders(rng: Rng) -> Made:
    """Prices in one file and quantities in another: what all of it costs."""
    prices = _amounts(rng, 3, 5)
    codes, counts = _codes(rng, len(prices)), [int(x) for x in rng.integers(2, 9, len(prices))]
    files = _table("prices.csv", "code,price", codes, prices)
    files |= _table("orders.csv", "code,quantity", codes[::-1], counts[::-1])
    pairs = [*zip(prices, counts, strict=True)]
    left = " + ".join(f"{price} * {count}" for price, count in pairs)
    return _made(files, sum(price * count for price, count in pairs), left, {})


FILES: dict[str, Callable[[Rng], Made]] = {
    "total": total, "highest": highest, "over_limit": over_limit, "extremes": extremes,
    "orders": orders,
}  # fmt: skip
