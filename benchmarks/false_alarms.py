"""What the gates take from good replies of many kinds, which no reader was trained on.

    python benchmarks/false_alarms.py [--reader NAME] [--quick]

``tests/data/good_replies.jsonl`` holds 234 good replies of 26 kinds (code, tables, poems, e-mails,
mathematics, dialects, Chinese and others) by a writer who saw nothing of this library. The table
counts, of each gate of ``PersonaChat-v0`` in the natural register, the replies that it takes below
0.9 and below 0.5. Of the scenario its prompt is known, of the user nothing. ``factuality`` is
counted apart: nothing tells what is right here.

``tests/data/wide_replies.jsonl`` holds 54 more requests of such kinds by another writer, with a
good reply and a bad one that looks like it. The second table tells by the fault of the bad one how
often the product of all gates is higher for the good one, and the mean of both.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path

import gymnasium as gym
import numpy as np

import persona_env  # noqa: F401 - registers the ids
from persona_env import PersonaEnv, UserProfile
from persona_env.scenarios.schema import Scenario, ScenarioText

DATA = Path(__file__).parents[1] / "tests" / "data"
FILE, TWINS = DATA / "good_replies.jsonl", DATA / "wide_replies.jsonl"
HEAD = "| gate | below 0.9 | below 0.5 |\n| --- | --- | --- |"
APART = "factuality"
QUICK = 12


TWINS_HEAD = (
    "| fault | n | good first | gates, good | gates, bad |\n| --- | --- | --- | --- | --- |"
)


def read_rows(path: Path, most: int | None) -> list[dict[str, str]]:
    """The first rows of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()][:most]


def gates(
    reader: str, rows: list[dict[str, str]], name: str = "reply"
) -> Iterator[Mapping[str, float]]:
    """The gates of each reply."""
    env = gym.make("PersonaChat-v0", reader=reader).unwrapped
    assert isinstance(env, PersonaEnv)
    for row in rows:
        texts = {row.get("language", "en"): ScenarioText(prompt=row["prompt"], answer="")}
        asked = Scenario(id="good", family="f", split="heldout", category="open", texts=texts)
        yield env.score(row[name], asked, UserProfile(id="nobody")).gates


def twins_table(reader: str, rows: list[dict[str, str]]) -> str:
    """A line for each fault, and one for all."""
    good, bad = (
        np.array([prod(one.values()) for one in gates(reader, rows, name)])
        for name in ("good", "bad")
    )
    faults, lines = np.array([row["fault"] for row in rows]), [TWINS_HEAD]
    for fault in [*sorted({*faults}), "all"]:
        here = (faults == fault) | (fault == "all")
        lines.append(
            f"| {fault} | {here.sum()} | {(good > bad)[here].mean():.2f} "
            f"| {good[here].mean():.2f} | {bad[here].mean():.2f} |"
        )
    return "\n".join(lines)


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
    most = QUICK if given.quick else None
    print(table(list(gates(given.reader, read_rows(FILE, most)))))
    print()
    print(twins_table(given.reader, read_rows(TWINS, most)))


if __name__ == "__main__":
    main()
