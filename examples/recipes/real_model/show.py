"""Print the figures of runs of train.py as Markdown, with replies before and after.

    python examples/recipes/real_model/show.py runs/real --replies 6

Several folders are shown one after another; with several seeds in one, the table has one row each.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STAGES = ("before", "warm_up", "best_of", "after")


def stage_rows(figures: dict[str, Any], group: str) -> Iterator[str]:
    """Rows on one group of users, ``"trained"`` or ``"new"``: own reward, the others', margin."""
    for stage in STAGES:
        found = figures.get(stage, {}).get(group)
        if found is None:
            continue
        margin, yes = found["margin"], "yes" if found["own_user_pays_most"] else "no"
        others = found["own"] - margin["mean"]
        cells = f"{found['own']:.3f} | {others:.3f} | {margin['mean']:.3f} ± {margin['se']:.3f}"
        yield f"| {figures['seed']} | {stage} | {group} | {cells} | {yes} |"


def matrix(found: dict[str, Any]) -> Iterator[str]:
    """The cross-user matrix: a row for each user whose replies these are."""
    users = found["users"]
    yield f"| replies for | {' | '.join(users)} |"
    yield "|---" * (len(users) + 1) + "|"
    for name, row in zip(users, found["matrix"], strict=True):
        yield f"| {name} | {' | '.join(f'{earned:.2f}' for earned in row)} |"


def by_user(found: dict[str, Any], figure: str) -> Iterator[str]:
    """A row for each user: ``"counted"``, what can be counted, or ``"scores"``, of each term."""
    names = list(dict.fromkeys(name for values in found[figure].values() for name in values))
    yield f"| replies for | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for user, values in found[figure].items():
        cells = [f"{values[name]:.3g}" if name in values else "" for name in names]
        yield f"| {user} | {' | '.join(cells)} |"


def replies(folder: Path, questions: int) -> Iterator[str]:
    """Replies to the first questions, for every user, at the first stage and the last."""
    lines = (folder / "replies.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    stages = list(dict.fromkeys(row["stage"] for row in rows))
    asked = list(dict.fromkeys(row["scenario"] for row in rows))
    step = max(1, len(asked) // questions)
    for name in asked[::step][:questions]:
        yield f"\n**{name}**\n"
        for row in rows:
            if row["scenario"] == name and row["stage"] in (stages[0], stages[-1]):
                said = json.dumps(row["reply"], ensure_ascii=False)
                yield f"- {row['user']}, {row['stage']}: {said}"


def show(folder: Path, questions: int) -> Iterator[str]:
    """Everything on the seeds of a run."""
    begun = sorted(folder.glob("seed_*/figures.json"))  # a seed that was stopped early has none
    seeds = [one.parent for one in begun]
    every = [json.loads(one.read_text(encoding="utf-8")) for one in begun]
    yield "| seed | stage | users | own | others | margin | own user pays most |"
    yield "|---|---|---|---|---|---|---|"
    for figures in every:
        for group in ("trained", "new"):
            yield from stage_rows(figures, group)
    for figures, one in zip(every, seeds, strict=True):
        yield f"\nSeed {figures['seed']}: seconds {figures['seconds']}, {figures.get('signal')}"
        for stage in STAGES:
            for group, found in figures.get(stage, {}).items():
                yield f"\n{stage}, {group}\n"
                yield from (*matrix(found), "", *by_user(found, "scores"), "")
                yield from by_user(found, "counted")
        yield from replies(one, questions) if questions else ()


def main() -> None:
    """Print what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+", help="what --output named")
    parser.add_argument("--replies", type=int, default=0, help="questions whose replies are shown")
    options = parser.parse_args()
    for folder in options.folders:
        print("\n".join(show(folder, options.replies)))


if __name__ == "__main__":
    main()
