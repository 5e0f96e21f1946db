"""Whether a reward orders natural replies as it should: ``python benchmarks/orderings.py``.

    python benchmarks/orderings.py                     # the bank, tiny register and each reader
    python benchmarks/orderings.py --data FILE.jsonl   # other cases of the same form
    python benchmarks/orderings.py --data FILE.jsonl --source NAME --reader replay:RECORD.jsonl \\
        --figures persona_env/validity/figures/orderings.json

By reader, writing run and language. The shipped heads and probes were trained on the bank: for them
its figures are too good, and are not written with ``--figures``. ``docs/validity.md`` has those of
runs that were left out.
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
from persona_env.evaluation.orderings import PAIRS, Orderings, ordering_figures, orderings
from persona_env.reading import find_reader
from persona_env.validity import Figures, PairFigure, add_figures
from persona_env.validity.tables import column_of, of_pairs

NAMES = " | ".join(f"{name}: wins (ties)" for name in PAIRS)
HEAD = f"| reward | {NAMES} | good replies | coverage |\n|---|---|---|---|---|---|"
TINY: dict[str, Any] = {"register": "tiny"}
TRAINED = {"heads", "probes"}
"""Readers whose shipped weights saw the bank."""


def judged(cases: Sequence[Mapping[str, Any]], options: dict[str, Any]) -> Orderings:
    """The orderings of cases, in environments with these options."""

    @cache
    def env_of(env_id: str) -> PersonaEnv:
        made = gym.make(env_id, split="all", **options).unwrapped
        assert isinstance(made, PersonaEnv)
        return made

    return orderings(cases, env_of)


def row(name: str, found: Orderings) -> str:
    """One line of the table."""
    shown = [f"{one.wins:.2f} ({one.ties:.2f})" for one in found.by_name.values()]
    return f"| {name} | {' | '.join(shown)} | {found.good} | {found.coverage.mean:.2f} |"


def run_of(case: Mapping[str, Any]) -> str:
    """The writing run of a case."""
    return f"run {case['run']}" if "run" in case else ""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="cases as JSON lines; default: the bank")
    parser.add_argument("--source", help="what the cases are called; default: the file's name")
    parser.add_argument("--reader", action="append", help="further readers, by name", default=[])
    parser.add_argument("--figures", type=Path, help="add the figures to this file, as JSON")
    asked = parser.parse_args()
    cases, source = load_cases(), "bank"
    if asked.data is not None:
        cases = tuple(map(json.loads, asked.data.read_text("utf-8").splitlines()))
        source = asked.source or asked.data.stem
    print(f"{len(cases)} cases, persona_env {persona_env.__version__}\n\n{HEAD}")
    print(row("tiny register", judged(cases, TINY)), flush=True)
    figures: list[PairFigure] = []
    for name in ("rules", "heads", *asked.reader):
        readers = find_reader(name)
        found = judged(cases, {"register": "natural", "reader": readers})
        print(row(f"natural, {name}", found), flush=True)
        figures += ordering_figures(cases, found, readers.name, source, run_of)
    print(f"\nBy language and writing run, with intervals of 95 %:\n\n{of_pairs(figures)}")
    if asked.figures is not None:
        kept = [f for f in figures if asked.data is not None or column_of(f.reader) not in TRAINED]
        add_figures(asked.figures, Figures(pairs=tuple(kept)))


if __name__ == "__main__":
    main()
