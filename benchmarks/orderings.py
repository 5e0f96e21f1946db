"""Whether a reward orders natural replies as it should: ``python benchmarks/orderings.py``.

    python benchmarks/orderings.py                     # the bank, tiny register and each reader
    python benchmarks/orderings.py --data FILE.jsonl   # other cases of the same form

The shipped heads were trained on the bank: for them its figures are too good, and the table says
so. ``docs/heads.md`` has those of runs that were left out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import gymnasium as gym

import persona_env
from persona_env import PersonaEnv
from persona_env.bank import load_cases
from persona_env.evaluation.orderings import PAIRS, orderings

NAMES = " | ".join(f"{name}: wins (ties)" for name in PAIRS)
HEAD = f"| reward | {NAMES} | good replies | coverage |\n|---|---|---|---|---|---|"
REWARDS: dict[str, dict[str, Any]] = {
    "tiny register": {"register": "tiny"},
    "natural, rules": {"register": "natural", "reader": "rules"},
    "natural, heads": {"register": "natural", "reader": "heads"},
}


def row(name: str, cases: Sequence[Mapping[str, Any]], options: dict[str, Any]) -> str:
    """One line of the table."""

    @cache
    def env_of(env_id: str) -> PersonaEnv:
        made = gym.make(env_id, split="all", **options).unwrapped
        assert isinstance(made, PersonaEnv)
        return made

    found = orderings(cases, env_of)
    shown = [f"{one.wins:.2f} ({one.ties:.2f})" for one in found.by_name.values()]
    return f"| {name} | {' | '.join(shown)} | {found.good} | {found.coverage.mean:.2f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="cases as JSON lines; default: the bank")
    parser.add_argument("--reader", action="append", help="further readers, by name", default=[])
    asked = parser.parse_args()
    cases = load_cases()
    if asked.data is not None:
        cases = tuple(map(json.loads, asked.data.read_text("utf-8").splitlines()))
    print(f"{len(cases)} cases, persona_env {persona_env.__version__}\n\n{HEAD}")
    more = {f"natural, {name}": {"register": "natural", "reader": name} for name in asked.reader}
    for name, options in (REWARDS | more).items():
        print(row(name, cases, options), flush=True)


if __name__ == "__main__":
    main()
