"""What the gates take from good replies of many kinds, which no reader was trained on.

    python benchmarks/false_alarms.py [--reader NAME] [--quick]

``tests/data/good_replies.jsonl`` holds 234 good replies of 26 kinds (code, tables, poems, e-mails,
mathematics, dialects, Chinese and others) by a writer who saw nothing of this library. The table
counts, of each gate of ``PersonaChat-v0`` in the natural register, the replies that it takes below
0.9 and below 0.5. Of the scenario its prompt is known, of the user nothing. ``factuality`` is
counted apart: nothing tells what is right here.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import gymnasium as gym

import persona_env  # noqa: F401 - registers the ids
from persona_env import PersonaEnv, UserProfile
from persona_env.scenarios.schema import Scenario, ScenarioText

FILE = Path(__file__).parents[1] / "tests" / "data" / "good_replies.jsonl"
HEAD = "| gate | below 0.9 | below 0.5 |\n| --- | --- | --- |"
APART = "factuality"
QUICK = 12


def gates(reader: str, rows: list[dict[str, str]]) -> Iterator[Mapping[str, float]]:
    """The gates of each reply."""
    env = gym.make("PersonaChat-v0", reader=reader).unwrapped
    assert isinstance(env, PersonaEnv)
    for row in rows:
        texts = {"en": ScenarioText(prompt=row["prompt"], answer="")}
        asked = Scenario(id="good", family="f", split="heldout", category="fact", texts=texts)
        yield env.score(row["reply"], asked, UserProfile(id="nobody")).gates


def table(found: list[Mapping[str, float]]) -> str:
    """A line for each gate that takes anything, and one for any of them."""
    names = sorted({name for one in found for name, value in one.items() if value < 1} - {APART})
    sets = {name: [one[name] for one in found] for name in [*names, APART]}
    sets["any other than factuality"] = [min(one[name] for name in names) for one in found]
    lines = [HEAD]
    for name, values in sets.items():
        counts = (sum(value < bound for value in values) for bound in (0.9, 0.5))
        told = (f"{count} of {len(values)} ({count / len(values):.2f})" for count in counts)
        lines.append(f"| {name} | {' | '.join(told)} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", default="heads")
    parser.add_argument("--quick", action="store_true", help="a few replies, to see that it runs")
    given = parser.parse_args()
    rows = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    print(table(list(gates(given.reader, rows[: QUICK if given.quick else None]))))


if __name__ == "__main__":
    main()
