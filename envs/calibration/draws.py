"""The numbers, names and lists of generated questions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from persona_env.languages import load_own_words
from persona_env.scenarios.templates import Drawn, same

from ..shared.words import PEOPLE

WORDS = load_own_words(Path(__file__).with_name("languages"))
DAYS, COLOURS, ITEMS = (WORDS.parallel(name) for name in ("days", "colours", "items"))


def two_numbers(rng: np.random.Generator, most: int) -> tuple[int, int]:
    """Two numbers of one to ``most`` digits: how many decides how hard it is."""
    digits = int(rng.integers(1, most + 1))
    low, high = 10 ** (digits - 1) + 1, 10**digits
    return int(rng.integers(low, high)), int(rng.integers(low, high))


def sums(rng: np.random.Generator) -> tuple[Drawn, dict[str, Any]]:
    """a + b, of one to four digits."""
    a, b = two_numbers(rng, 4)
    return same(a=a, b=b, answer=a + b), {}


def differences(rng: np.random.Generator) -> tuple[Drawn, dict[str, Any]]:
    """a - b with a > b, of one to four digits."""
    b, c = two_numbers(rng, 4)
    return same(a=b + c, b=b, answer=c), {}


def products(rng: np.random.Generator) -> tuple[Drawn, dict[str, Any]]:
    """a * b, of one to three digits."""
    a, b = two_numbers(rng, 3)
    return same(a=a, b=b, answer=a * b), {}


def weekdays(sign: int, rng: np.random.Generator) -> tuple[Drawn, dict[str, Any]]:
    """The weekday n days after (``sign`` 1) or before (-1) a given one, n from 2 to 2000."""
    today, n = int(rng.integers(7)), round(float(np.exp(rng.uniform(np.log(2), np.log(2000)))))
    then = (today + sign * n) % 7
    values: Drawn = {
        code: {
            "day": days[today], "n": n, "rest": n % 7, "answer": days[then],
            "others": [day for day in days if day not in (days[then], days[today])],
        }
        for code, days in DAYS.items()
    }  # fmt: skip
    return values, {}


def prices(rng: np.random.Generator) -> tuple[Drawn, dict[str, Any]]:
    """A list of two to six prices, one of which is asked."""
    n = int(rng.integers(2, 7))
    things, costs = rng.permutation(8)[:n], rng.choice(np.arange(11, 99), n, replace=False)
    asked = int(rng.integers(n))
    values: Drawn = {
        code: {
            "table": "; ".join(f"{names[i]} {c}" for i, c in zip(things, costs, strict=True)),
            "item": names[things[asked]], "answer": int(costs[asked]), "n": n,
        }
        for code, names in ITEMS.items()
    }  # fmt: skip
    return values, {}


def rooms(rng: np.random.Generator) -> tuple[Drawn, dict[str, Any]]:
    """A list of two to six rooms and who is in each, one of which is asked."""
    n = int(rng.integers(2, 7))
    who, where = rng.permutation(8)[:n], rng.choice(np.arange(11, 99), n, replace=False)
    asked = int(rng.integers(n))
    values: Drawn = {
        code: {
            "table": "; ".join(f"{w}: {names[i]}" for i, w in zip(who, where, strict=True)),
            "room": int(where[asked]), "answer": names[who[asked]], "n": n,
            "others": [names[i] for i in who if i != who[asked]],
        }
        for code, names in PEOPLE.items()
    }  # fmt: skip
    return values, {}


def two_piles(
    words: dict[str, list[str]], rng: np.random.Generator
) -> tuple[Drawn, dict[str, Any]]:
    """Two kinds of unequal number, one of which is drawn: the chance of the more frequent."""
    n = int(rng.integers(20, 60))
    a = int(rng.integers(n // 2 + 1, n))
    one, two = rng.permutation(6)[:2]
    values: Drawn = {
        code: {
            "a": a, "b": n - a, "n": n, "one": w[one], "two": w[two], "One": w[one].capitalize(),
        }
        for code, w in words.items()
    }  # fmt: skip
    return values, {"chance": a / n}


Draw = Callable[[np.random.Generator], tuple[Drawn, dict[str, Any]]]


DRAWS: dict[str, Draw] = {
    "sum": sums,
    "difference": differences,
    "product": products,
    "weekday_after": partial(weekdays, 1),
    "weekday_before": partial(weekdays, -1),
    "prices": prices,
    "rooms": rooms,
    "marbles": partial(two_piles, COLOURS),
    "raffle": partial(two_piles, PEOPLE),
}
