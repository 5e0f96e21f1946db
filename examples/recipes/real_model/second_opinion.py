"""Judge the replies that a run of train.py wrote by another reader, which trained nothing in it.

python examples/recipes/real_model/second_opinion.py runs/real/seed_0 --reader probes:models/smollm2
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from cases import NEW, TRAINED, make
from judged import judge
from show import by_user, matrix

from persona_env.scenarios.case import Case


def opinion(rows: list[dict[str, Any]], users: list[str], reader: str) -> dict[str, Any] | None:
    """The figures on those rows whose user is one of these; ``None`` if there are none."""
    env = make(users, sorted({row["scenario"] for row in rows}), "all", reader)
    known = {user.id: user for user in env.users}
    mine = [row for row in rows if row["user"] in known]
    if not mine:
        return None
    found = {scenario.id: scenario for scenario in env.scenarios.shown}
    cases = [Case(found[row["scenario"]], known[row["user"]]) for row in mine]
    return judge(env, cases, [row["reply"] for row in mine])


def main() -> None:
    """Print each stage and group of users: the margin, the matrix, and the score of each term."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the folder of a seed")
    parser.add_argument("--reader", required=True)
    parser.add_argument("--users", nargs="+", default=[*TRAINED])
    parser.add_argument("--new-users", nargs="*", default=[*NEW])
    options = parser.parse_args()
    lines = (options.folder / "replies.jsonl").read_text(encoding="utf-8").splitlines()
    every = [json.loads(line) for line in lines]
    for stage in dict.fromkeys(row["stage"] for row in every):
        rows = [row for row in every if row["stage"] == stage]
        for users in filter(None, (options.users, options.new_users)):
            found = opinion(rows, users, options.reader)
            if found is not None:
                margin = found["margin"]
                told = f"own {found['own']:.3f}, margin {margin['mean']:.3f} ± {margin['se']:.3f}"
                print(f"\n{stage}: {told}, by user {found['margin_of']}\n")
                print("\n".join([*matrix(found), "", *by_user(found, "scores")]))


if __name__ == "__main__":
    main()
