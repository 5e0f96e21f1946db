"""Lists of which some entries belong: the names, what each says, and which are due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

LEAST, MOST = 8, 12  # entries
DUE = (3, 5)


def listed(
    prefix: str, kinds: Mapping[Any, tuple[tuple[str, ...], ...]], rng: np.random.Generator
) -> dict[str, dict[str, Any]]:
    """The same list in each language.

    ``kinds`` has by language the things that entries are, the states that belong and the others;
    the same place means the same in each.
    """
    first = next(iter(kinds.values()))
    n, count = int(rng.integers(LEAST, MOST + 1)), int(rng.integers(DUE[0], DUE[1] + 1))
    numbers = sorted(int(x) for x in rng.choice(np.arange(10, 99), n, replace=False))
    belongs = {int(x) for x in rng.choice(n, count, replace=False)}
    places = [
        (int(rng.integers(len(first[0]))), int(rng.integers(len(first[1 if i in belongs else 2]))))
        for i in range(n)
    ]
    names = [f"{prefix}{number}" for number in numbers]
    return {
        code: {
            "kind": "count",
            "items": {
                name: f"{things[thing]}; {(due if i in belongs else others)[state]}"
                for i, (name, (thing, state)) in enumerate(zip(names, places, strict=True))
            },
            "due": tuple(name for i, name in enumerate(names) if i in belongs),
        }
        for code, (things, due, others) in kinds.items()
    }
