"""How many replies are scored for several users each, in one process, in several, and by Ray Data.

    python benchmarks/scale.py [--quick] [--repeats 3]

Replies in English, Spanish and Chinese of about 30, 100 and 300 words, none of whose sentences was
met before (``natural.py``), and replies met before; each is scored by rules and heads for eight
users of its environment. Rates are verdicts a second of processor time, summed over the processes
that work, so that what else runs on the machine counts little. Starting, making the environments,
and the first reply to each case come before. Memory is the most that a process held. Ray is left
out with what to install if it is not there.

The last table extrapolates: time is linear in replies and in cores, since nothing is shared between
processes but what they are handed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from os import getpid
from pathlib import Path
from typing import Any, NamedTuple

import natural

from persona_env.adapters.named_replies import Asked
from persona_env.adapters.ray import ScoreBatch
from persona_env.adapters.scoring import Scorer, verdicts_on
from persona_env.adapters.workers import make_scorer
from persona_env.bank import load_cases

SIZES = (30, 100, 300)  # words
USERS = 8
BATCH = 256  # rows that are scored together
ENVS = sorted({case["env"] for case in load_cases()})
OPTIONS: dict[str, Any] = {"register": "natural"}
LAPTOP = 1_000_000  # replies of the goal, and the cores, minutes and users that it has for them
CLUSTER = 10_000_000, 64
Row = tuple[str, str, str, str]


class Timed(NamedTuple):
    """The work of one process: verdicts, seconds of a processor, and the most memory in MB."""

    verdicts: int
    seconds: float
    memory: float


def rows_of(words: int, replies: int, users: int) -> list[Row]:
    """New replies, each with so many users of its environment who can ask its question."""
    rows: list[Row] = []
    cases = load_cases()
    for turn in range(replies):
        at = turn * 5 % len(cases)
        case = cases[at]
        env = natural.env_of(case["env"])
        scenario = env.scenarios.find(case["scenario"])
        can_ask = [user.id for user, known in env.cases.values() if scenario in known]
        reply = natural.reply_of(cases, at, words)
        rows += [(case["env"], case["scenario"], user, reply) for user in can_ask[:users]]
    return rows


def memory() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


_SCORERS: list[Scorer] = []


def start(known: list[Row]) -> None:
    """Make the environments of this process, and score what makes every case known."""
    _SCORERS.append(make_scorer(ENVS, **OPTIONS))
    score(known)


def score(rows: Sequence[Row]) -> Timed:
    """Score rows in this process."""
    begun = time.process_time()
    for first in range(0, len(rows), BATCH):
        verdicts_on(_SCORERS[0].envs, [Asked(*row) for row in rows[first : first + BATCH]])
    return Timed(len(rows), time.process_time() - begun, memory())


class TimedBatch(ScoreBatch):
    """An actor that says what its work has taken so far, with Ray's own part of it."""

    def __init__(self, known: list[Row], envs: list[str], **options: Any) -> None:
        super().__init__(envs, **options)
        verdicts_on(self.scorer.envs, [Asked(*row) for row in known])
        self.begun, self.verdicts = time.process_time(), 0

    def __call__(self, batch: Any) -> Any:
        """One row: the number of the process, and the columns of :class:`Timed`."""
        self.verdicts += len(super().__call__(batch)["reward"])
        so_far = Timed(self.verdicts, time.process_time() - self.begun, memory())
        return {name: [value] for name, value in {"process": getpid(), **so_far._asdict()}.items()}


def shares_of(rows: list[Row], parts: int) -> list[list[Row]]:
    """Rows in so many parts; all users of a reply stay together."""
    by_reply = defaultdict[str, list[Row]](list)
    for row in rows:
        by_reply[row[3]].append(row)
    groups = [*by_reply.values()]
    return [[row for group in groups[at::parts] for row in group] for at in range(parts)]


class Processes:
    """Processes that are started anew, not forked: as on another machine."""

    work = tuple((words, users) for words in SIZES for users in (1, USERS))

    def __init__(self, number: int, known: list[Row]) -> None:
        self.number, context = number, multiprocessing.get_context("spawn")
        self.pools = [ProcessPoolExecutor(1, context, start, (known,)) for _ in range(number)]

    def run(self, rows: list[Row]) -> list[Timed]:
        """What each process took for its share."""
        shares = zip(self.pools, shares_of(rows, self.number), strict=True)
        return [one.result() for one in [pool.submit(score, share) for pool, share in shares]]

    def close(self) -> None:
        """End the processes."""
        for pool in self.pools:
            pool.shutdown()


class Actors:
    """Actors of Ray Data; each run starts them again, as a job does, which takes long."""

    work = ((100, USERS),)

    def __init__(self, number: int, known: list[Row]) -> None:
        self.number, self.known = number, known

    def run(self, rows: list[Row]) -> list[Timed]:
        """What each actor took for its batches, without its start."""
        import ray

        names = ("env", "scenario", "user", "reply")
        ordered = [row for share in shares_of(rows, self.number) for row in share]
        data = ray.data.from_items(
            [dict(zip(names, row, strict=True)) for row in ordered],
            override_num_blocks=self.number,
        )
        made = {"known": self.known, "envs": ENVS, **OPTIONS}
        done = data.map_batches(
            TimedBatch,
            fn_constructor_kwargs=made,
            compute=ray.data.ActorPoolStrategy(size=self.number),
            batch_size=BATCH,
        )
        last: dict[int, Timed] = {}
        for row in sorted(done.take_all(), key=lambda row: row["verdicts"]):
            last[row["process"]] = Timed(*(row[name] for name in Timed._fields))
        return [*last.values()]

    def close(self) -> None:
        """Nothing is kept."""


def ways(numbers: Sequence[int]) -> Iterator[tuple[str, Processes | Actors]]:
    """Each way to score, with so many processes."""
    known = rows_of(30, len(load_cases()), USERS)
    for number in numbers:
        yield f"{number} process{'es' * (number > 1)}", Processes(number, known)
    if find_spec("ray") is None:
        print("- left out: Ray Data; no module 'ray': pip install 'ray[data]'")
        return
    import ray

    ray.init(
        num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=200 * 2**20,
        runtime_env={"env_vars": {"PYTHONPATH": str(Path(__file__).parent)}},
    )  # fmt: skip
    ray.data.DataContext.get_current().enable_progress_bars = False
    for number in numbers:
        yield f"Ray Data, {number} actor{'s' * (number > 1)}", Actors(number, known)


def rate(timed: Sequence[Timed]) -> float:
    """Verdicts a second of one core."""
    return sum(one.verdicts for one in timed) / sum(one.seconds for one in timed)


def measured(
    replies: int, repeats: int, numbers: Sequence[int]
) -> dict[str, dict[int, list[float]]]:
    """Prints the rates of each way, and gives those of new replies by way and number of words."""
    print("| way | words | users | verdicts a second and core, new replies | lowest | highest "
          "| met before | memory of a process, MB |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    found: dict[str, dict[int, list[float]]] = {}
    for name, way in ways(numbers):
        for words, users in way.work:
            number = max(8, replies * 100 // words)
            new, met, most = [], [], 0.0
            for _ in range(repeats):
                rows = rows_of(words, number, users)
                timed = way.run(rows)
                new.append(rate(timed))
                most = max(most, *(one.memory for one in timed))
                if isinstance(way, Processes):
                    met.append(rate(way.run(rows)))
            if users == USERS:
                found.setdefault(name, {})[words] = new
            middle = statistics.median(new)
            again = f"{statistics.median(met):,.0f}" if met else ""
            print(f"| {name} | {words} | {users} | {middle:,.0f} | {min(new):,.0f} | "
                  f"{max(new):,.0f} | {again} | {most:.0f} |", flush=True)  # fmt: skip
        way.close()
    return found


def show_costs(rates: dict[int, list[float]]) -> None:
    """What much work would take at these rates."""
    print(f"\n| work, {USERS} users a reply | words | hours | lowest | highest |")
    print("|---|---|---|---|---|")
    for replies, cores in ((LAPTOP, 2), CLUSTER):
        for words, found in rates.items():
            hours = [replies * USERS / one / cores / 3600 for one in found]
            row = f"{statistics.median(hours):.2f} | {min(hours):.2f} | {max(hours):.2f}"
            print(f"| {replies:,} replies on {cores} cores | {words} | {row} |")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tiny run")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--replies", type=int, default=200, help="of 100 words, in each repetition")
    given = parser.parse_args()
    how = (4, 1, (1,)) if given.quick else (given.replies, given.repeats, (1, 2))
    found = measured(*how)
    show_costs(found["1 process"])


if __name__ == "__main__":
    main()
