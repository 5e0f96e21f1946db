"""What a reader makes of replies of other hands: ``python benchmarks/judges.py DATA``.

DATA has a case a line: ``env``, ``scenario``, ``language``, the users ``user_a`` and ``user_b``,
and the texts ``good_a`` and ``good_b``, each written for one of them, ``bad``, wrong for anybody,
and ``spoiled``, ``good_a`` with one change that spoils it. The judge is replayed from a record
(``--record FILE``), strictly; it was asked about each text once, without a user.

Printed are three orderings (the right user's reply before the other user's, good before bad, good
before spoiled) as wins and ties with Wilson's interval, what good replies get on average and how
much of their reward was read, with a standard error, and how many readings a second are replayed.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

import persona_env  # noqa: F401 - registers the ids
from persona_env.errors import PersonaEnvError
from persona_env.judges import ReplayJudge, judge_readers
from persona_env.metrics.statistics import Mean
from persona_env.reading import Ask, Readers, Reading, find_reader
from persona_env.rewards import Verdict
from persona_env.rewards.exchange import see_reply

RECORD = Path(__file__).parents[1] / "tests" / "data" / "judge_fresh.jsonl"
TIE = 1e-9
TEXTS = ("good_a", "good_b", "bad", "spoiled")
LONGER, SHORTER = 1.15, 1 / 1.15  # replies of matched length: their characters differ by less
Row = dict[str, Any]
Score = Callable[[Row, str, str], Verdict]


def scorer(readers: Readers) -> Score:
    """(row, text, user) to the verdict, in the natural register."""
    made: dict[str, Any] = {}

    def score(row: Row, text: str, user: str) -> Verdict:
        name = row["env"]
        if name not in made:
            made[name] = gym.make(name, split="all", register="natural", reader=readers).unwrapped
        verdict: Verdict = made[name].score(row[text], row["scenario"], row[user])
        return verdict

    return score


def orderings(rows: Iterable[Row], score: Score, matched: bool = False) -> dict[str, list[float]]:
    """The differences of reward in each ordering; ``matched``: of texts of about one length."""
    found: dict[str, list[float]] = {"right user first": [], "over bad": [], "over spoiled": []}

    def compare(kind: str, row: Row, user: str, better: str, worse: str) -> None:
        ratio = len(row[better]) / max(1, len(row[worse]))
        if not matched or SHORTER < ratio < LONGER:
            gap = score(row, better, user).reward - score(row, worse, user).reward
            found[kind].append(gap)

    for row in rows:
        compare("right user first", row, "user_a", "good_a", "good_b")
        compare("right user first", row, "user_b", "good_b", "good_a")
        compare("over bad", row, "user_a", "good_a", "bad")
        compare("over spoiled", row, "user_a", "good_a", "spoiled")
    return found


def wins(gaps: list[float]) -> str:
    """Wins with an interval of 95 %, and ties."""
    if not gaps:
        return "-"
    n, share = len(gaps), float(np.mean(np.array(gaps) > TIE))
    ties = float(np.mean(np.abs(gaps) <= TIE))
    middle, spread = share + 1.92 / n, 1.96 * (share * (1 - share) / n + 0.96 / n**2) ** 0.5
    low, high = ((middle + sign * spread) / (1 + 3.84 / n) for sign in (-1, 1))
    return f"{share:.2f} [{low:.2f}, {high:.2f}], ties {ties:.2f} (n {n})"


def show(name: str, rows: list[Row], readers: Readers) -> None:
    """Print the table's row of one reader."""
    score = scorer(readers)
    try:
        verdicts = [score(r, f"good_{u}", f"user_{u}") for r in rows for u in "ab"]
    except (PersonaEnvError, OSError) as error:
        print(f"\n- left out: {name}; {error}")
        return
    rewards = Mean.of([verdict.reward for verdict in verdicts])
    coverage = Mean.of([verdict.coverage for verdict in verdicts])
    print(f"\n### {name}\n\ngood replies: reward {rewards}, coverage {coverage}\n")
    print("| texts | right user first | good over bad | good over spoiled |\n|---|---|---|---|")
    groups = {"all": rows}
    groups |= {code: [r for r in rows if r["language"] == code] for code in languages(rows)}
    for group, chosen in groups.items():
        print(f"| {group} | {' | '.join(map(wins, orderings(chosen, score).values()))} |")
    print(f"| of one length | {' | '.join(map(wins, orderings(rows, score, True).values()))} |")


def languages(rows: list[Row]) -> list[str]:
    """The languages of the prompts."""
    return sorted({row["language"] for row in rows})


def show_speed(rows: list[Row], record: Path) -> None:
    """Print how many readings a second a loaded record replays, each of a reply not met before."""
    judge = ReplayJudge(str(record))
    made = {name: gym.make(name, split="all").unwrapped for name in {r["env"] for r in rows}}
    asks = []
    for row in rows:
        scenario = made[row["env"]].scenarios.find(row["scenario"])
        seen = [see_reply(scenario, row[text]).text for text in TEXTS]
        asks += [Ask(scenario, row["language"], reply) for reply in seen]
    judge.fill(asks, [Reading()] * len(asks))
    rates = []
    for _ in range(20):
        begin = time.process_time()
        judge.fill(asks, [Reading()] * len(asks))
        rates.append(len(asks) / (time.process_time() - begin))
    print(f"\nreplayed readings in a second of one core: {np.median(rates):,.0f}")
    print(f"\njudge: {judge.cost}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path)
    parser.add_argument("--record", type=Path, default=RECORD)
    given = parser.parse_args()
    if given.data is None:
        print("- left out: give a file of cases, python benchmarks/judges.py DATA")
        return
    rows = [json.loads(line) for line in given.data.read_text("utf-8").splitlines()]
    for name in ("rules", "heads"):
        show(name, rows, find_reader(name))
    show("rules and the recorded judge", rows, judge_readers(record=given.record))
    show_speed(rows, given.record)


if __name__ == "__main__":
    main()
