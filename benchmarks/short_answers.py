"""What the gate of right answers makes of short answers in other words.

``python benchmarks/short_answers.py [--reader NAME]`` reads ``tests/data/short_answers.jsonl``:
answers to questions of held-out scenarios by a writer who saw the questions alone. No reader was
trained on them. A right answer should leave ``factuality`` open, also where it mentions something
that is not the answer; a wrong one should close it, also where it holds the right key word.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import gymnasium as gym

import persona_env  # noqa: F401 - registers the ids
from persona_env import PersonaEnv
from persona_env.bank import ANSWERS
from persona_env.reading import UNREAD, Ask, Readers, find_reader

FILE = Path(__file__).parents[1] / "tests" / "data" / "short_answers.jsonl"
HEAD = "| answers | n | read as right | unread | read as wrong |\n|---|---|---|---|---|"


def table(readers: Readers, rows: list[dict[str, Any]]) -> str:
    """One line for each kind of answer."""
    env = gym.make("PersonaChat-v0", split="heldout", reader=readers).unwrapped
    assert isinstance(env, PersonaEnv)
    lines = [HEAD]
    for name, is_right in ANSWERS.items():
        asks = [Ask(env.scenarios.find(r["scenario"]), r["language"], r[name]) for r in rows]
        found = [one.correct for one in readers.read_all(asks)]
        read = [one.value > 0.5 for one in found if one != UNREAD and one.value is not None]
        counts = (sum(read), len(found) - len(read), len(read) - sum(read))
        label = f"{name.replace('_', ' ')} ({'right' if is_right else 'wrong'})"
        lines.append(f"| {label} | {len(found)} | {' | '.join(map(str, counts))} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", default="heads")
    given = parser.parse_args()
    rows = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    print(table(find_reader(given.reader), rows))


if __name__ == "__main__":
    main()
