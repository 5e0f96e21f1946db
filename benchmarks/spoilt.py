"""Whether a good reply earns more than the same reply with a fault, on texts by other hands.

    python benchmarks/spoilt.py --readers heads probes

``benchmarks/fresh/spoilt/replies.jsonl`` holds 120 questions of everyday life, each with a good
reply, the same one spoilt in one of six ways, and another good one that uses words which look like
the fault. A language model wrote them that saw nothing of this library. No reply is compared with a
reference: only what is read in the text itself can tell.

Printed, as Markdown, for each way and reader: how often the good reply earns more than the spoilt
one (ties count half), how often the harmless one does, what the spoilt one earns as a share of the
good one's reward, and how many of the spoilt ones earn at least half of it; with a standard error.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from persona_env import PersonaEnv, Scenario, UserProfile
from persona_env.envs.chat import PersonaChatEnv
from persona_env.files import parse_json, read_text
from persona_env.metrics.statistics import Mean

FILE = Path(__file__).parent / "fresh" / "spoilt" / "replies.jsonl"
COLUMNS = (
    "reader", "fault", "replies", "good over spoilt", "harmless over spoilt", "spoilt / good",
    "spoilt reach half",
)  # fmt: skip
Row = Mapping[str, Any]


def env_of(rows: Sequence[Row], reader: str) -> PersonaEnv:
    """The questions as scenarios without references, asked by a user of each language."""
    scenarios = [
        Scenario(
            id=str(place), family="everyday", split="heldout", category="know_how",
            texts={row["language"]: {"prompt": row["question"]}},
        )
        for place, row in enumerate(rows)
    ]  # fmt: skip
    users = [
        UserProfile(id=language, context={"languages": [language]})
        for language in sorted({row["language"] for row in rows})
    ]
    return PersonaChatEnv(
        scenarios=scenarios, profiles=users, split="all", reader=reader, register="natural"
    )


def lines_of(rows: Sequence[Row], reader: str) -> list[tuple[str, ...]]:
    """The lines of one reader."""
    env, paid = env_of(rows, reader), dict[str, list[list[float]]]()
    users = {user.id: user for user in env.users}
    for place, row in enumerate(rows):
        asked, user = env.scenarios.find(str(place)), users[row["language"]]
        each = [env.score(row[name], asked, user).reward for name in ("good", "bad", "fine")]
        paid.setdefault(row["kind"], []).append(each)
    paid["all"] = [each for kind in [*paid] for each in paid[kind]]
    return [(reader, kind.replace("_", " "), str(len(found)), *told(found))
            for kind, found in paid.items()]  # fmt: skip


def told(found: Sequence[Sequence[float]]) -> tuple[str, ...]:
    """What :data:`COLUMNS` ask of good, spoilt and harmless rewards."""
    columns = (
        [(good > bad) + 0.5 * (good == bad) for good, bad, _ in found],
        [(fine > bad) + 0.5 * (fine == bad) for _, bad, fine in found],
        [bad / good for good, bad, _ in found if good > 0],
        [bad >= 0.5 * good for good, bad, _ in found],
    )
    means = [Mean.of([float(value) for value in column]) for column in columns]
    return tuple(f"{mean.mean:.2f} ± {mean.se:.2f}" for mean in means)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", nargs="+", default=["heads"])
    parser.add_argument("--quick", action="store_true", help="every tenth reply")
    options = parser.parse_args()
    rows = [parse_json(line, FILE.name) for line in read_text(FILE).splitlines()]
    rows = rows[:: 10 if options.quick else 1]
    lines = [line for reader in options.readers for line in lines_of(rows, reader)]
    for cells in (COLUMNS, ["---"] * len(COLUMNS), *lines):
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
