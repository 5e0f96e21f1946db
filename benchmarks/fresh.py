"""Orderings of replies by other hands in the environments that are judged by exact rules.

    python benchmarks/fresh.py

``benchmarks/fresh/NAME.jsonl`` holds 30 held-out cases of an environment. A language model that saw
nothing of this library but the text of two users and the message wrote, for each, the reply that
the one would love, the reply that the other would love, and a bad one. Printed, as Markdown, with a
standard error over cases: how often a user pays more for the reply that was written for them than
for the other's (ties count half, and their share is told), how often more than for the bad one, and
the mean reward of the replies for their own user.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import gymnasium as gym

import persona_env  # noqa: F401 - registers the environments
from persona_env.files import parse_json, read_text
from persona_env.metrics.statistics import Mean

FOLDER = Path(__file__).parent / "fresh"
COLUMNS = ("environment", "cases", "right user first", "ties", "good over bad", "good replies")


def row_of(name: str, lines: Sequence[str]) -> tuple[str, ...]:
    """The row of one environment."""
    env = gym.make(name, split="heldout", disable_env_checker=True).unwrapped.audited()
    users = {user.id: user for user in env.users}
    first, ties, over_bad, good = [], [], [], []
    for line in lines:
        case = parse_json(line, name)
        scenario, a, b = env.scenarios.find(case["scenario"]), users[case["a"]], users[case["b"]]
        own, other, bad = (
            env.score(case[key], scenario, a).reward for key in ("reply_a", "reply_b", "bad")
        )
        theirs, ours = (env.score(case[key], scenario, b).reward for key in ("reply_b", "reply_a"))
        pairs = [(own, other), (theirs, ours)]
        first.append(sum((x > y) + 0.5 * (x == y) for x, y in pairs) / 2)
        ties.append(sum(x == y for x, y in pairs) / 2)
        over_bad.append((own > bad) + 0.5 * (own == bad))
        good.append((own + theirs) / 2)
    return (name, str(len(lines)), *(told(values) for values in (first, ties, over_bad, good)))


def told(values: Sequence[float]) -> str:
    """The mean and its standard error."""
    mean = Mean.of(values)
    return f"{mean.mean:.2f} ± {mean.se:.2f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--envs", nargs="*", help="environments; default: all that have texts")
    parser.add_argument("--quick", action="store_true", help="five cases of each")
    options = parser.parse_args()
    given, most = options.envs, 5 if options.quick else None
    rows = [
        row_of(path.stem, read_text(path).splitlines()[:most])
        for path in sorted(FOLDER.glob("*.jsonl"))
        if not given or path.stem in given
    ]
    for row in (COLUMNS, ["---"] * len(COLUMNS), *rows):
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
